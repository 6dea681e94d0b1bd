#include "schemas/files.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace zhida::schemas {

std::string_view file(std::string_view path) {
  const auto found = std::ranges::find(files(), path, &File::path);
  if (found == files().end()) throw std::out_of_range("not built in: schemas/" + std::string(path));
  return found->bytes;
}

}  // namespace zhida::schemas
