#pragma once

#include "platform/auth/role.hpp"

#include <string>

namespace zhida::auth {

/// Who asks: the holder of an API key. One key is one person for four eyes.
struct Principal {
  std::string key_id;  ///< names the key in audit records; not secret
  Role role = Role::page;
  std::string bureau;  ///< code of the bureau it acts for
  std::string region;  ///< scope code, empty = no limit
};

}  // namespace zhida::auth
