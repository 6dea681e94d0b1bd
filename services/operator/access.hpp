#pragma once

#include "domain/policy/owner.hpp"
#include "platform/http/problem.hpp"
#include "platform/http/request.hpp"
#include "stores/profiles/region_scope.hpp"

#include <string_view>

namespace zhida::operators {

/// The bureau that coordinates and sees everything.
inline constexpr std::string_view coordinating_bureau = "qfb";

/// Whether an entity of `owner` exists for somebody who acts for `bureau`.
inline bool may_see(std::string_view bureau, const policy::Owner& owner) { return bureau == coordinating_bureau || owner.includes(bureau); }

/// Throws `http::Refused` with 404 if the asker's key is limited to a region that the enterprise is not known to be in.
inline void require_in_region(const http::Request& request, const stores::ProfileStore& profiles, const enterprise::Uscc& uscc) {
  if (!stores::RegionScope(profiles, request.principal->region).covers(uscc)) throw http::Refused(http::problems::not_found());
}

}  // namespace zhida::operators
