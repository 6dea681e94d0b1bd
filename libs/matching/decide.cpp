#include "matching/decide.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace zhida::matching {

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 4> names{"eligible", "manual", "unknown", "ineligible"};
  return names[static_cast<std::size_t>(verdict)];
}

namespace {

const Determination* find(std::span<const Determination> determinations, std::string_view name) {
  const auto found = std::ranges::find(determinations, name, &Determination::name);
  return found == determinations.end() ? nullptr : &*found;
}

/// What the text comes to: as it is, and if every open determination in it were favourable.
struct TextValues {
  cel::Value value, favourable;
};

TextValues evaluate_text(const Rule& rule, std::span<const cel::Value> slots, std::span<const Determination> determinations,
                         cel::Value asof, cel::Arena& arena) {
  if (!rule.names_manual()) {
    const cel::Value value = rule.program().evaluate(slots, asof, arena);
    return {value, value};
  }
  const std::size_t attributes = rule.language().dictionary().size();
  std::vector<cel::Value> all(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(std::min(slots.size(), attributes)));
  all.resize(attributes + rule.manual().size());
  for (std::size_t i = 0; i < rule.manual().size(); ++i)
    if (const Determination* const found = find(determinations, rule.manual()[i].name))
      all[attributes + i] = cel::Value::boolean(found->value);
  const cel::Value value = rule.program().evaluate(all, asof, arena);
  if (value.is_known()) return {value, value};
  for (std::size_t i = attributes; i < all.size(); ++i)
    if (all[i].is_missing()) all[i] = cel::Value::boolean(true);
  return {value, rule.program().evaluate(all, asof, arena)};
}

}  // namespace

Verdict decide(const Rule& rule, std::span<const cel::Value> slots, std::span<const Determination> determinations, cel::Value asof,
               cel::Arena& arena) {
  const TextValues text = evaluate_text(rule, slots, determinations, asof, arena);
  if (text.value.is_false()) return Verdict::ineligible;
  bool open = !text.value.is_known();
  for (std::size_t i = 0; i < rule.manual().size(); ++i) {
    if (rule.names_manual(i)) continue;
    const Determination* const found = find(determinations, rule.manual()[i].name);
    if (found && !found->value) return Verdict::ineligible;
    if (!found) open = true;
  }
  if (!text.favourable.is_known()) return Verdict::unknown;
  return open ? Verdict::manual : Verdict::eligible;
}

}  // namespace zhida::matching
