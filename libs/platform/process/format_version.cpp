#include "platform/process/format_version.hpp"

#include "platform/process/durable_file.hpp"

#include <fmt/core.h>

#include <charconv>
#include <fstream>
#include <optional>
#include <string>

namespace zhida::process {
namespace {

std::optional<std::size_t> read_version(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return std::nullopt;
  std::string line;
  std::getline(in, line);
  std::size_t version = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), version);
  if (error != std::errc() || end != line.data() + line.size() || version == 0)
    throw FormatRefused(fmt::format("{} does not hold a format version", file.string()));
  return version;
}

}  // namespace

void ensure_format(const std::filesystem::path& directory, const std::vector<Migration>& migrations) {
  const std::filesystem::path file = directory / "format";
  const std::size_t newest = migrations.size() + 1;
  const std::optional<std::size_t> stored = read_version(file);
  if (!stored) return write_durably(file, std::to_string(newest) + "\n");
  if (*stored > newest)
    throw FormatRefused(
        fmt::format("{} has format {}, this program knows formats up to {}: use the newer program", directory.string(), *stored, newest));
  for (std::size_t version = *stored; version < newest; ++version) {
    migrations[version - 1](directory);
    write_durably(file, std::to_string(version + 1) + "\n");
  }
}

}  // namespace zhida::process
