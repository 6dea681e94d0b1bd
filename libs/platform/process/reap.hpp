#pragma once

#include <chrono>
#include <filesystem>

namespace zhida::process {

/// Ends the child that an earlier life of this program left behind in `directory`, and removes `pid_file`.
///
/// The process named by the file is ended only if it runs `program` and works in `directory` (as
/// /proc shows), so that a pid which meanwhile belongs to someone else is left alone. SIGTERM first,
/// SIGKILL after `grace`. Returns true if a process was ended. Blocks; for use before a service starts.
bool reap(const std::filesystem::path& pid_file, const std::filesystem::path& program, const std::filesystem::path& directory,
          std::chrono::milliseconds grace);

}  // namespace zhida::process
