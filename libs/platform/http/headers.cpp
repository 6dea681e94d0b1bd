#include "platform/http/headers.hpp"

#include <algorithm>

namespace zhida::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Headers::find(std::string_view wanted) const {
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (same_word(name(i), wanted)) return value(i);
  return std::nullopt;
}

std::size_t Headers::count(std::string_view wanted) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) found += same_word(name(i), wanted) ? 1 : 0;
  return found;
}

std::string_view Headers::name(std::size_t index) const {
  return std::string_view(bytes_).substr(fields_[index].name, fields_[index].name_size);
}

std::string_view Headers::value(std::size_t index) const {
  return std::string_view(bytes_).substr(fields_[index].value, fields_[index].value_size);
}

void Headers::add(std::string_view name, std::string_view value) {
  const auto at = static_cast<std::uint32_t>(bytes_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  fields_.push_back({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size())});
  bytes_ += name;
  bytes_ += value;
}

void Headers::clear() {
  bytes_.clear();
  fields_.clear();
}

}  // namespace zhida::http
