#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace zhida::auth {

/// What the holder of a key does for a living; a key has one.
enum class Role : std::uint8_t { data_centre, operator_, approver, page, analyst, auditor, admin };

inline constexpr std::array all_roles{Role::data_centre, Role::operator_, Role::approver, Role::page,
                                      Role::analyst,     Role::auditor,   Role::admin};

/// The role's word in keys files and on the command line, e.g. `operator`.
std::string_view name_of(Role role);
std::optional<Role> role_named(std::string_view name);

/// A set of roles that may use a route.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (const Role role : roles) bits_ = static_cast<std::uint8_t>(bits_ | bit(role));
  }
  constexpr bool contains(Role role) const { return (bits_ & bit(role)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  bool operator==(const Roles&) const = default;

 private:
  static constexpr std::uint8_t bit(Role role) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role)); }
  std::uint8_t bits_ = 0;
};

}  // namespace zhida::auth
