#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::http {

/// The header fields of a received message, in order, in one buffer that is reused from request to request.
class Headers {
 public:
  /// The first field called `name` (ASCII case ignored).
  std::optional<std::string_view> find(std::string_view name) const;
  /// The same, empty if absent.
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }
  /// How many fields are called `name`.
  std::size_t count(std::string_view name) const;

  std::size_t size() const { return fields_.size(); }
  std::string_view name(std::size_t index) const;
  std::string_view value(std::size_t index) const;

  void add(std::string_view name, std::string_view value);
  void clear();

 private:
  struct Span {
    std::uint32_t name, name_size, value, value_size;
  };
  std::string bytes_;
  std::vector<Span> fields_;
};

/// ASCII case ignored.
bool same_word(std::string_view a, std::string_view b);

}  // namespace zhida::http
