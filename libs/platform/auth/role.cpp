#include "platform/auth/role.hpp"

namespace zhida::auth {

std::string_view name_of(Role role) {
  switch (role) {
    case Role::data_centre:
      return "data_centre";
    case Role::operator_:
      return "operator";
    case Role::approver:
      return "approver";
    case Role::page:
      return "page";
    case Role::analyst:
      return "analyst";
    case Role::auditor:
      return "auditor";
    case Role::admin:
      break;
  }
  return "admin";
}

std::optional<Role> role_named(std::string_view name) {
  for (const Role role : all_roles)
    if (name_of(role) == name) return role;
  return std::nullopt;
}

}  // namespace zhida::auth
