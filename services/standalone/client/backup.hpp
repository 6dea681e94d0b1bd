#pragma once

#include "node/data_directory.hpp"

#include <filesystem>

namespace zhida::standalone {

/// Copies the log of `directory`, whether a program serves it or not, with its keys and master key, to the new directory `target`
/// (mode 0700). The copy is one moment of the log; Redis is left out because it is folded from the log. Throws `CommandFailed`.
void back_up(const node::DataDirectory& directory, const std::filesystem::path& target);

/// Makes `directory`, which must not exist or be empty, from what `back_up` made. Throws `CommandFailed`.
void restore_backup(const std::filesystem::path& source, const node::DataDirectory& directory);

}  // namespace zhida::standalone
