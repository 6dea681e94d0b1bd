#pragma once

#include "domain/policy/owner.hpp"
#include "platform/auth/role.hpp"
#include "platform/http/router.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace zhida::effect_service {

/// The bureau that coordinates and sees everything.
inline constexpr std::string_view coordinating_bureau = "qfb";

/// Who may measure effects and have them verified.
inline constexpr auth::Roles measurers{auth::Role::analyst, auth::Role::auditor, auth::Role::admin};

/// Whether an entity of `owner` exists for somebody who acts for `bureau`.
inline bool may_see(std::string_view bureau, const policy::Owner& owner) { return bureau == coordinating_bureau || owner.includes(bureau); }

/// A route about an entity that must look absent to other bureaux.
inline http::RouteInfo scoped_route(std::string name) { return http::RouteInfo(std::move(name), http::Access::roles(measurers)).scoped(); }

}  // namespace zhida::effect_service
