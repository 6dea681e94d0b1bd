#include "domain/campaign/audience.hpp"

#include <algorithm>

namespace zhida::campaign {
namespace {

bool is_in(const EligibleAudience& audience, std::span<const policy::ItemDecision> items) {
  const auto wanted = [&](const policy::ItemDecision& item) {
    return std::find(audience.verdicts.begin(), audience.verdicts.end(), item.verdict) != audience.verdicts.end();
  };
  const auto open = [](const policy::ItemDecision& item) { return item.window == policy::WindowState::open; };
  if (audience.quantifier == Quantifier::any)
    return std::any_of(items.begin(), items.end(), [&](const auto& item) { return open(item) && wanted(item); });
  // With no window open "all of them" would hold of every enterprise: there is nothing to push then.
  return std::any_of(items.begin(), items.end(), open) &&
         std::all_of(items.begin(), items.end(), [&](const auto& item) { return !open(item) || wanted(item); });
}

/// `next_rule` counts the rules passed, in reading order, whether they were evaluated or not.
bool evaluate(const Audience& audience, const AudienceFacts& facts, std::size_t& next_rule) {
  if (std::holds_alternative<RuleAudience>(audience.form)) return facts.holds(next_rule++);
  if (const auto* eligible = std::get_if<EligibleAudience>(&audience.form)) return is_in(*eligible, facts.items);
  if (const auto* list = std::get_if<ListAudience>(&audience.form))
    return std::binary_search(list->enterprises->begin(), list->enterprises->end(), facts.uscc);
  for (const Audience& part : std::get<JoinedAudience>(audience.form).parts)
    if (!evaluate(part, facts, next_rule)) return false;
  return true;
}

void collect_rules(const Audience& audience, std::vector<std::string>& rules) {
  if (const auto* rule = std::get_if<RuleAudience>(&audience.form)) rules.push_back(rule->rule);
  if (const auto* joined = std::get_if<JoinedAudience>(&audience.form))
    for (const Audience& part : joined->parts) collect_rules(part, rules);
}

void validate(const Audience& audience, const std::string& pointer, int depth, domain::FieldErrors& errors) {
  const auto add = [&](std::string where, std::string code, std::string detail, std::string detail_zh) {
    errors.push_back({pointer + where, std::move(code), std::move(detail), std::move(detail_zh)});
  };
  if (const auto* rule = std::get_if<RuleAudience>(&audience.form)) {
    if (rule->rule.empty()) add("/rule", "length", "must not be empty.", "不能为空。");
  } else if (const auto* eligible = std::get_if<EligibleAudience>(&audience.form)) {
    if (eligible->verdicts.empty()) add("/verdicts", "length", "must not be empty.", "不能为空。");
    for (std::size_t i = 0; i < eligible->verdicts.size(); ++i)
      if (eligible->verdicts[i] != policy::Verdict::eligible && eligible->verdicts[i] != policy::Verdict::manual)
        add("/verdicts/" + std::to_string(i), "enum", "an audience takes eligible and manual only.", "投放对象只能取 eligible 和 manual。");
  } else if (const auto* list = std::get_if<ListAudience>(&audience.form)) {
    if (list->enterprises->empty()) add("/list", "length", "must not be empty.", "不能为空。");
    if (list->enterprises->size() > most_listed)
      add("/list", "length", "must not have more than " + std::to_string(most_listed) + " enterprises.",
          "不能超过 " + std::to_string(most_listed) + " 家企业。");
  } else {
    const auto& parts = std::get<JoinedAudience>(audience.form).parts;
    if (parts.empty()) add("/all", "length", "must not be empty.", "不能为空。");
    if (depth >= deepest_audience) return add("", "depth", "is nested too deep.", "嵌套过深。");
    for (std::size_t i = 0; i < parts.size(); ++i) validate(parts[i], pointer + "/all/" + std::to_string(i), depth + 1, errors);
  }
}

}  // namespace

ListAudience::ListAudience(std::vector<enterprise::Uscc> list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  enterprises = std::make_shared<const std::vector<enterprise::Uscc>>(std::move(list));
}

bool in_audience(const Audience& audience, const AudienceFacts& facts) {
  std::size_t next_rule = 0;
  return evaluate(audience, facts, next_rule);
}

std::vector<std::string> rules_of(const Audience& audience) {
  std::vector<std::string> rules;
  collect_rules(audience, rules);
  return rules;
}

bool needs_items(const Audience& audience) {
  if (std::holds_alternative<EligibleAudience>(audience.form)) return true;
  const auto* joined = std::get_if<JoinedAudience>(&audience.form);
  return joined != nullptr && std::any_of(joined->parts.begin(), joined->parts.end(), needs_items);
}

std::vector<policy::Verdict> wanted_verdicts(const Audience& audience) {
  if (const auto* eligible = std::get_if<EligibleAudience>(&audience.form)) return eligible->verdicts;
  std::vector<policy::Verdict> wanted = EligibleAudience().verdicts;
  if (const auto* joined = std::get_if<JoinedAudience>(&audience.form))
    for (const Audience& part : joined->parts) {
      const std::vector<policy::Verdict> of_part = wanted_verdicts(part);
      std::erase_if(wanted, [&](policy::Verdict verdict) { return std::find(of_part.begin(), of_part.end(), verdict) == of_part.end(); });
    }
  return wanted;
}

std::shared_ptr<const std::vector<enterprise::Uscc>> listed_in(const Audience& audience) {
  if (const auto* list = std::get_if<ListAudience>(&audience.form)) return list->enterprises;
  std::shared_ptr<const std::vector<enterprise::Uscc>> shortest;
  if (const auto* joined = std::get_if<JoinedAudience>(&audience.form))
    for (const Audience& part : joined->parts)
      if (auto list = listed_in(part); list && (!shortest || list->size() < shortest->size())) shortest = std::move(list);
  return shortest;
}

void validate(const Audience& audience, const std::string& pointer, domain::FieldErrors& errors) { validate(audience, pointer, 1, errors); }

}  // namespace zhida::campaign
