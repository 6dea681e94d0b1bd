#include "domain/campaign/compiled_audience.hpp"

#include "matching/date.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace zhida::campaign {

CompiledAudience::Compiled CompiledAudience::compile(const std::shared_ptr<const matching::Language>& language, Audience audience,
                                                     PackageItems items) {
  Compiled compiled;
  std::vector<matching::Rule> rules;
  const std::vector<std::string> texts = rules_of(audience);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    matching::CompiledRule rule = matching::Rule::compile(language, texts[i]);
    if (rule)
      rules.push_back(std::move(*rule.rule));
    else
      compiled.mistakes.push_back({i, std::move(rule.diagnostics)});
  }
  if (compiled.mistakes.empty()) compiled.audience = CompiledAudience(std::move(audience), std::move(rules), std::move(items));
  return compiled;
}

CompiledAudience::CompiledAudience(Audience audience, std::vector<matching::Rule> rules, PackageItems items)
    : audience_(std::move(audience)),
      rules_(std::move(rules)),
      items_(std::move(items)),
      listed_(listed_in(audience_)),
      needs_items_(needs_items(audience_)) {
  const auto add = [this](std::span<const std::uint32_t> slots) { slots_.insert(slots_.end(), slots.begin(), slots.end()); };
  for (const matching::Rule& rule : rules_) add(rule.slots());
  for (const auto& item : items_) {
    add(item->rule.slots());
    if (item->formula) add(item->formula->slots());
  }
  std::ranges::sort(slots_);
  slots_.erase(std::unique(slots_.begin(), slots_.end()), slots_.end());
}

void CompiledAudience::decide_items(const policy::Subject& subject, domain::Date date, Work& work) const {
  work.items.clear();
  for (const auto& item : items_) {
    work.arena.reset();
    work.items.push_back(policy::decide_item(*item, subject, date, work.arena));
  }
}

bool CompiledAudience::contains(const enterprise::Uscc& uscc, const policy::Subject& subject, domain::Date date, Work& work) const {
  if (needs_items_) decide_items(subject, date, work);
  const auto holds = [&](std::size_t rule) {
    work.arena.reset();
    return rules_[rule].program().evaluate(subject.slots, matching::midnight(date), work.arena).is_true();
  };
  const std::function<bool(std::size_t)> ask = std::cref(holds);
  const AudienceFacts facts{uscc, work.items, ask};
  if (!in_audience(audience_, facts)) return false;
  if (!needs_items_) decide_items(subject, date, work);
  return true;
}

}  // namespace zhida::campaign
