#include "domain/policy/sentence.hpp"

#include "domain/policy/wording.hpp"

namespace zhida::policy {

std::string rule_zh(const matching::Rule& rule, const enterprise::Regions& regions) {
  std::string text = Wording(rule, regions).condition(rule.program().ast().root(), false);
  std::vector<std::string> besides;
  for (std::size_t i = 0; i < rule.manual().size(); ++i)
    if (!rule.names_manual(i)) besides.push_back(rule.manual()[i].label_zh);
  if (!besides.empty()) text += "；另须由主管部门认定：" + enumerated(besides);
  return text + "。";
}

std::string leaf_zh(const matching::Rule& rule, const matching::Leaf& leaf, const enterprise::Regions& regions) {
  return Wording(rule, regions).condition(leaf.node, false);
}

}  // namespace zhida::policy
