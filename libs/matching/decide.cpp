#include "matching/decide.hpp"

#include <algorithm>
#include <array>

namespace zhida::matching {

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 4> names{"eligible", "manual", "unknown", "ineligible"};
  return names[static_cast<std::size_t>(verdict)];
}

Verdict decide(const Rule& rule, std::span<const cel::Value> slots, std::span<const Determination> determinations, cel::Value asof,
               cel::Arena& arena) {
  const cel::Value value = rule.program().evaluate(slots, asof, arena);
  if (value.is_false()) return Verdict::ineligible;
  bool open = false;
  for (const ManualCondition& condition : rule.manual()) {
    const auto found = std::ranges::find(determinations, condition.name, &Determination::name);
    if (found == determinations.end()) {
      open = true;
    } else if (!found->value) {
      return Verdict::ineligible;
    }
  }
  if (!value.is_known()) return Verdict::unknown;
  return open ? Verdict::manual : Verdict::eligible;
}

}  // namespace zhida::matching
