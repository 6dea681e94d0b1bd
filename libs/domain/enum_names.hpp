#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::domain {

/// The wire words of an enumeration that counts from 0. Specialise with
/// `static constexpr std::array names{…}` of `std::string_view`, in the order of the enumerators.
template <class Enum>
struct EnumNames;

template <class Enum>
constexpr std::string_view name_of(Enum value) {
  return EnumNames<Enum>::names.at(static_cast<std::size_t>(value));
}

/// Nothing if `name` is none of the words.
template <class Enum>
constexpr std::optional<Enum> from_name(std::string_view name) {
  for (std::size_t i = 0; i < EnumNames<Enum>::names.size(); ++i)
    if (EnumNames<Enum>::names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

/// "a, b or c": for error texts.
template <class Enum>
std::string all_names() {
  std::string text;
  for (const std::string_view name : EnumNames<Enum>::names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

}  // namespace zhida::domain
