#include "domain/policy/sentence.hpp"

#include "domain/policy/wording.hpp"

namespace zhida::policy {

std::string rule_zh(const matching::Rule& rule, const enterprise::Regions& regions) {
  const cel::Ast& ast = rule.program().ast();
  std::string text = Wording(ast, rule.language().dictionary(), regions).condition(ast.root(), false);
  std::vector<std::string> manual;
  for (const matching::ManualCondition& condition : rule.manual()) manual.push_back(condition.label_zh);
  if (!manual.empty()) text += "；另须由主管部门认定：" + enumerated(manual);
  return text + "。";
}

std::string leaf_zh(const matching::Rule& rule, const matching::Leaf& leaf, const enterprise::Regions& regions) {
  return Wording(rule.program().ast(), rule.language().dictionary(), regions).condition(leaf.node, false);
}

}  // namespace zhida::policy
