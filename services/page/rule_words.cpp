#include "page/rule_words.hpp"

#include "cel/arena.hpp"
#include "cel/print.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace zhida::page {
namespace {

using cel::NodeKind;
using matching::Attribute;
using matching::Leaf;
using matching::Rule;

std::string_view unit_zh(std::string_view unit) {
  if (unit == "cny") return "元";
  if (unit == "persons") return "人";
  if (unit == "years") return "年";
  if (unit == "months") return "个月";
  return "";
}

/// The vocabulary's words without their codes.
std::string words(const Attribute& attribute, const cel::Value& value) {
  if (value.kind() == cel::Kind::list) {
    std::string text;
    for (const cel::Value& each : value.as_list()) text += (text.empty() ? "" : "、") + words(attribute, each);
    return text;
  }
  if (value.kind() == cel::Kind::string) {
    const matching::Code* const code = attribute.find_code(value.as_string());
    return code != nullptr ? code->label_zh : std::string(value.as_string());
  }
  std::string text = render_zh(attribute, value);
  if (value.kind() == cel::Kind::integer || value.kind() == cel::Kind::real) text += unit_zh(attribute.unit);
  return text;
}

std::string_view verb(std::string_view operation) {
  struct Word {
    std::string_view operation, zh;
  };
  static constexpr Word known[] = {{"==", "为"},      {"!=", "不为"},       {"<", "低于"},       {"<=", "不超过"},
                                   {">", "超过"},     {">=", "不低于"},     {"in", "属于"},      {"!in", "不属于"},
                                   {"under", "属于"}, {"!under", "不属于"}, {"contains", "包含"}};
  for (const Word& word : known)
    if (word.operation == operation) return word.zh;
  return {};
}

/// Empty for what has no short form.
std::string condition(const Rule& rule, const Leaf& leaf) {
  if (leaf.slots.size() != 1 || leaf.operand) return {};
  const Attribute& attribute = rule.language().dictionary()[leaf.slots[0]];
  if (leaf.operation == "is") return attribute.label_zh;
  if (leaf.operation == "is not") return "非" + attribute.label_zh;
  const std::string_view zh = verb(leaf.operation);
  const auto node = limit_node(rule, leaf);
  if (zh.empty() || !node) return {};
  cel::Arena arena;
  const cel::Value limit = rule.program().evaluate_at(*node, {}, cel::Value::missing(), arena);
  if (!limit.is_known()) return {};
  return attribute.label_zh + std::string(zh) + words(attribute, limit);
}

}  // namespace

std::optional<cel::NodeId> limit_node(const Rule& rule, const Leaf& leaf) {
  if (leaf.limit.empty()) return std::nullopt;
  const cel::Ast& ast = rule.program().ast();
  cel::NodeId id = leaf.node;
  while (ast[id].kind == NodeKind::logical_not) id = ast.children(id)[0];
  const auto children = ast.children(id);
  switch (ast[id].kind) {
    case NodeKind::equal:
    case NodeKind::not_equal:
    case NodeKind::less:
    case NodeKind::less_equal:
    case NodeKind::greater:
    case NodeKind::greater_equal:
    case NodeKind::in:
      return children[cel::print(ast, children[1]) == leaf.limit ? 1 : 0];
    case NodeKind::call:
      return children.size() == 2 ? std::optional(children[1]) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::vector<std::string> certain_conditions(const Rule& rule) {
  const cel::Ast& ast = rule.program().ast();
  std::vector<cel::NodeId> certain{ast.root()};
  for (std::size_t i = 0; i < certain.size(); ++i)
    if (ast[certain[i]].kind == NodeKind::logical_and)
      for (const cel::NodeId child : ast.children(certain[i])) certain.push_back(child);
  std::vector<std::string> all;
  for (const Leaf& leaf : rule.leaves()) {
    if (std::find(certain.begin(), certain.end(), leaf.node) == certain.end()) continue;
    std::string words = condition(rule, leaf);
    if (!words.empty()) all.push_back(std::move(words));
  }
  return all;
}

}  // namespace zhida::page
