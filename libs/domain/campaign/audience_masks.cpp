#include "domain/campaign/audience_masks.hpp"

#include "domain/policy/window.hpp"
#include "matching/date.hpp"

#include <algorithm>
#include <stdexcept>

namespace zhida::campaign {
using matching::engine::AudienceMatch;
using matching::engine::BlockVerdicts;
using matching::engine::Mask;

AudienceMasks::AudienceMasks(const CompiledAudience& audience, const std::shared_ptr<const matching::engine::Epoch>& epoch,
                             domain::Date date)
    : audience_(audience), epoch_(epoch), decided_(audience.items().size()) {
  if (audience.listed()) throw std::logic_error("an audience with a list is not decided in masks");
  const cel::Value asof = matching::midnight(date);
  for (const matching::Rule& rule : audience.rules()) rules_.emplace_back(matching::engine::plan(epoch, rule, asof));
  for (const auto& item : audience.items()) {
    items_.emplace_back(matching::engine::plan(epoch, item->rule, asof));
    open_.push_back(policy::window_at(item->version->content, date) == policy::WindowState::open);
  }
}

Mask AudienceMasks::members(std::size_t block) {
  block_ = block;
  std::ranges::fill(decided_, std::nullopt);
  std::size_t next_rule = 0;
  return members(audience_.audience(), next_rule) & epoch_->blocks[block]->present;
}

const BlockVerdicts& AudienceMasks::item(std::size_t number) {
  if (!decided_[number]) decided_[number] = items_[number].decide(block_);
  return *decided_[number];
}

/// `next_rule` counts the rules in reading order.
Mask AudienceMasks::members(const Audience& audience, std::size_t& next_rule) {
  if (std::holds_alternative<RuleAudience>(audience.form)) return rules_[next_rule++].decide(block_).eligible;
  if (const auto* eligible = std::get_if<EligibleAudience>(&audience.form)) return members(*eligible);
  Mask all = Mask::all();
  for (const Audience& part : std::get<JoinedAudience>(audience.form).parts) all &= members(part, next_rule);
  return all;
}

Mask AudienceMasks::members(const EligibleAudience& audience) {
  const bool any = audience.quantifier == Quantifier::any;
  const auto wants = [&](policy::Verdict verdict) { return std::ranges::find(audience.verdicts, verdict) != audience.verdicts.end(); };
  // With no window open "all of them" would hold of every enterprise: there is nothing to push then.
  Mask found = any || std::ranges::find(open_, true) == open_.end() ? Mask::none() : Mask::all();
  for (std::size_t number = 0; number < items_.size(); ++number) {
    if (!open_[number]) continue;
    const BlockVerdicts& verdicts = item(number);
    Mask wanted;
    if (wants(policy::Verdict::eligible)) wanted |= verdicts.eligible;
    if (wants(policy::Verdict::manual)) wanted |= verdicts.manual;
    if (any)
      found |= wanted;
    else
      found &= wanted;
  }
  return found;
}

}  // namespace zhida::campaign
