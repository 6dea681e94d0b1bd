#include "domain/policy/item.hpp"

namespace zhida::policy {

std::string rule_hash_input(const ItemContent& content) {
  // Lengths in front: no rule can imitate another one's list of conditions.
  std::string text = std::to_string(content.rule.size()) + ":" + content.rule;
  for (const ManualCondition& condition : content.manual) text += "\n" + std::to_string(condition.name.size()) + ":" + condition.name;
  return text;
}

}  // namespace zhida::policy
