#pragma once

#include "domain/policy/owner.hpp"

#include <string_view>

namespace zhida::operators {

/// The bureau that coordinates and sees everything.
inline constexpr std::string_view coordinating_bureau = "qfb";

/// Whether an entity of `owner` exists for somebody who acts for `bureau`.
inline bool may_see(std::string_view bureau, const policy::Owner& owner) { return bureau == coordinating_bureau || owner.includes(bureau); }

}  // namespace zhida::operators
