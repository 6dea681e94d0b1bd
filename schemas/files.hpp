#pragma once

#include <span>
#include <string_view>

namespace zhida::schemas {

/// A file below schemas/ that was built into the program.
struct File {
  std::string_view path;  ///< relative to schemas/, e.g. `reference/attributes.csv`
  std::string_view bytes;
};

/// All of them, ordered by path: reference/, samples/, openapi/.
std::span<const File> files();

/// The bytes of the file at `path`; it must exist: a missing one throws `std::out_of_range`.
std::string_view file(std::string_view path);

}  // namespace zhida::schemas
