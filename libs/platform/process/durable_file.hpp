#pragma once

#include <filesystem>
#include <string_view>

namespace zhida::process {

/// Replaces `file` by `content` at once and durably: a crash leaves the old file or the new one.
/// Throws std::system_error.
void write_durably(const std::filesystem::path& file, std::string_view content);

}  // namespace zhida::process
