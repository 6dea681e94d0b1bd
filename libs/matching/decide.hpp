#pragma once

#include "matching/rule.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace zhida::matching {

enum class Verdict : std::uint8_t { eligible, manual, unknown, ineligible };

std::string_view to_string(Verdict verdict);

/// An office's answer to a manual condition, in force at the evaluation date.
struct Determination {
  std::string_view name;
  bool value = false;
};

/// Eligible when everything that must hold does; manual when only offices' answers are missing for that; unknown when a missing deciding
/// attribute (or a rule that fails at run time) might still bring it about; else ineligible. So a false condition or determination makes an
/// enterprise ineligible whatever else is missing; else a missing deciding attribute (or a rule that fails at run time) makes the verdict
/// unknown; else a manual condition without a determination makes it manual. `slots` by the dictionary's slots, missing where not known;
/// `asof` is midnight of the evaluation date.
Verdict decide(const Rule& rule, std::span<const cel::Value> slots, std::span<const Determination> determinations, cel::Value asof,
               cel::Arena& arena);

}  // namespace zhida::matching
