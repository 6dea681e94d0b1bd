#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <vector>

namespace zhida::process {

/// The directory was written by a newer program, or its version cannot be read; `what()` is a sentence.
class FormatRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes a directory of version n to n + 1. Must be harmless when repeated: a crash may come before the
/// new number is written.
using Migration = std::function<void(const std::filesystem::path& directory)>;

/// Makes sure that `directory` has the newest format, `migrations.size() + 1`, as `DIR/format` says.
///
/// A directory without that file is new, and gets the newest number. An older one is migrated, step n − 1 of
/// `migrations` taking it from version n to n + 1, the number written durably after each.
/// Call it under a DirectoryLock. Throws FormatRefused; whatever a migration throws; std::system_error.
void ensure_format(const std::filesystem::path& directory, const std::vector<Migration>& migrations);

}  // namespace zhida::process
