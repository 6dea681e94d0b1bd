#include "domain/policy/wording.hpp"

#include <algorithm>

namespace zhida::policy {

using cel::NodeId;
using cel::NodeKind;

std::string Wording::condition(NodeId id, bool nested) {
  const NodeKind kind = ast_[id].kind;
  if (kind == NodeKind::logical_and || kind == NodeKind::logical_or) return chain(id, nested);
  if (kind == NodeKind::logical_not) {
    const NodeId inner = ast_.children(id)[0];
    const NodeKind inner_kind = ast_[inner].kind;
    if (inner_kind == NodeKind::logical_and || inner_kind == NodeKind::logical_or) return "并非" + chain(inner, true);
    if (inner_kind == NodeKind::logical_not) return condition(ast_.children(inner)[0], nested);
    return leaf(inner, true);
  }
  return leaf(id, false);
}

bool Wording::is_under(NodeId id) const {
  return ast_[id].kind == NodeKind::call && ast_[id].name == "under" && ast_[ast_.children(id)[1]].kind == NodeKind::literal;
}

/// Neighbouring alternatives of one hierarchy are told in one breath: 行业属于采矿业（B）、制造业（C）之一.
std::string Wording::chain(NodeId id, bool nested) {
  const bool conjunction = ast_[id].kind == NodeKind::logical_and;
  const auto children = ast_.children(id);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < children.size(); ++i) {
    std::size_t end = i;
    const auto continues = [&](NodeId next) {
      return is_under(next) && cel::same_tree(ast_, ast_.children(children[i])[0], ast_, ast_.children(next)[0]);
    };
    while (!conjunction && is_under(children[i]) && end < children.size() && continues(children[end])) ++end;
    if (end - i < 2 || end == i) {
      parts.push_back(condition(children[i], true));
      continue;
    }
    const NodeId operand_id = ast_.children(children[i])[0];
    std::vector<std::string> names;
    for (std::size_t k = i; k < end; ++k)
      names.push_back(word(ast_[ast_.children(children[k])[1]].value.as_string(), attribute_of(operand_id)));
    parts.push_back(term(operand_id) + "属于" + enumerated(names) + "之一");
    i = end - 1;
  }
  if (parts.size() == 1) return parts[0];
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : (conjunction ? "，且" : "，或")) + part;
  return nested ? "（" + text + "）" : text;
}

std::string Wording::leaf(NodeId id, bool negated) {
  const cel::Node& node = ast_[id];
  switch (node.kind) {
    case NodeKind::literal:
      return node.value.is_true() != negated ? "不设条件" : "不可能满足";
    case NodeKind::has:
      return term(ast_.children(id)[0]) + (negated ? "尚无记录" : "已有记录");
    case NodeKind::equal:
    case NodeKind::not_equal:
    case NodeKind::less:
    case NodeKind::less_equal:
    case NodeKind::greater:
    case NodeKind::greater_equal:
      return comparison(id, negated);
    case NodeKind::in:
      return membership(id, negated);
    case NodeKind::call:
      return call_condition(id, negated);
    case NodeKind::all:
    case NodeKind::exists:
    case NodeKind::exists_one:
      return quantified(id, negated);
    case NodeKind::conditional: {
      const auto children = ast_.children(id);
      return std::string(negated ? "并非" : "") + "（若" + condition(children[0], true) + "，则" + condition(children[1], true) + "；否则" +
             condition(children[2], true) + "）";
    }
    default:
      return yes_no(id, negated);
  }
}

std::string Wording::yes_no(NodeId id, bool negated) {
  if (const auto manual = rule_.manual_at(id))
    return (negated ? "未经主管部门认定：“" : "经主管部门认定：“") + rule_.manual()[*manual].label_zh + "”";
  const std::string name = term(id);
  return (ast_[id].binding == cel::Binding::slot ? "“" + name + "”" : name) + (negated ? "为否" : "为是");
}

std::string Wording::call_condition(NodeId id, bool negated) {
  const cel::Node& node = ast_[id];
  const auto children = ast_.children(id);
  const std::string no = negated ? "不" : "";
  if (node.name == "under") return term(children[0]) + no + "属于" + term(children[1], attribute_of(children[0]));
  if (node.name == "startsWith") return term(children[0]) + no + "以" + term(children[1]) + "开头";
  if (node.name == "endsWith") return term(children[0]) + no + "以" + term(children[1]) + "结尾";
  if (node.name == "contains") return term(children[0]) + no + "含有" + term(children[1]);
  if (node.name == "matches") return term(children[0]) + no + "符合格式" + term(children[1]);
  return yes_no(id, negated);
}

/// What holds of each element, with that element's name in mind.
std::string Wording::inside(NodeId body, const matching::Attribute* element) {
  locals_.push_back(element);
  std::string text = condition(body, false);
  locals_.pop_back();
  return text;
}

std::string Wording::quantified(NodeId id, bool negated) {
  const cel::Node& node = ast_[id];
  const NodeId range = ast_.children(id)[0], body = ast_.children(id)[1];
  const matching::Attribute* const element = attribute_of(range);
  const std::string name = term(range);
  const cel::Node& test = ast_[body];
  const auto is_element = [&](NodeId operand) { return ast_[operand].binding == cel::Binding::local && ast_[operand].slot == node.slot; };
  // `exists(t, t in […])` and `exists(t, t == …)` are lists that overlap.
  const bool plain = (test.kind == NodeKind::in || test.kind == NodeKind::equal) && is_element(ast_.children(body)[0]) &&
                     is_constant(ast_.children(body)[1]);
  if (plain && node.kind != NodeKind::exists_one) {
    const NodeId other = ast_.children(body)[1];
    const std::vector<std::string> names = test.kind == NodeKind::in ? words(other, element) : std::vector{term(other, element)};
    if (node.kind == NodeKind::exists && names.size() == 1) return name + (negated ? "不" : "") + "包括" + names[0];
    if (node.kind == NodeKind::exists && !names.empty())
      return name + (negated ? "不包括" : "包括") + enumerated(names) + (negated ? "中任何一项" : "中至少一项");
    if (node.kind == NodeKind::all && !names.empty())
      return name + (negated ? "不全是" : "全部是") + enumerated(names) + (names.size() > 1 ? "之一" : "");
  }
  const std::string what = "满足（" + inside(body, element) + "）";
  switch (node.kind) {
    case NodeKind::all:
      return name + (negated ? "中并非每一项都" : "中每一项都") + what;
    case NodeKind::exists:
      return name + (negated ? "中没有一项" : "中至少有一项") + what;
    default:
      return name + (negated ? "中并非恰有一项" : "中恰有一项") + what;
  }
}

std::string enumerated(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : "、") + word;
  return text;
}

}  // namespace zhida::policy
