#include "domain/policy/wording.hpp"

#include <array>

namespace zhida::policy {

using cel::Kind;
using cel::NodeId;
using cel::NodeKind;

namespace {

/// The same comparison read from right to left.
NodeKind turned(NodeKind kind) {
  switch (kind) {
    case NodeKind::less:
      return NodeKind::greater;
    case NodeKind::less_equal:
      return NodeKind::greater_equal;
    case NodeKind::greater:
      return NodeKind::less;
    case NodeKind::greater_equal:
      return NodeKind::less_equal;
    default:
      return kind;
  }
}

/// Words for ==, !=, <, <=, >, >= in this order.
using Signs = std::array<const char*, 6>;
constexpr Signs counts{"为", "不为", "少于", "不超过", "超过", "不少于"};
constexpr Signs amounts{"为", "不为", "低于", "不超过", "超过", "不低于"};
constexpr Signs times{"为", "不为", "早于", "不晚于", "晚于", "不早于"};
constexpr Signs numbers{"等于", "不等于", "小于", "不大于", "大于", "不小于"};

const char* sign(const Signs& signs, NodeKind kind) {
  return signs[static_cast<std::size_t>(kind) - static_cast<std::size_t>(NodeKind::equal)];
}

}  // namespace

std::string Wording::comparison(NodeId id, bool negated) {
  NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
  NodeKind kind = ast_[id].kind;
  if (!reads_attribute(left) && reads_attribute(right)) {
    std::swap(left, right);
    kind = turned(kind);
  }
  const bool equality = kind == NodeKind::equal || kind == NodeKind::not_equal;
  if (negated && equality) {
    kind = kind == NodeKind::equal ? NodeKind::not_equal : NodeKind::equal;
    negated = false;
  }
  // Kept negated by the normal form: a computed number that could be no number at all.
  if (negated) return "并非（" + ordered(left, kind, right) + "）";
  const cel::Type type = ast_[left].type;
  if (type.is(Kind::boolean) && equality) {
    if (ast_[right].kind == NodeKind::literal) return leaf(left, ast_[right].value.is_true() != (kind == NodeKind::equal));
    return "（" + condition(left, false) + "）与（" + condition(right, false) + (kind == NodeKind::equal ? "）一致" : "）不一致");
  }
  if (equality && type.is(Kind::string)) {
    const std::string value = term(right, attribute_of(left));
    const bool bare = kind == NodeKind::not_equal && ast_[right].kind == NodeKind::literal && !value.starts_with("“");
    return term(left) + sign(counts, kind) + (bare ? "“" + value + "”" : value);
  }
  return ordered(left, kind, right);
}

std::string Wording::ordered(NodeId left, NodeKind kind, NodeId right) {
  const cel::Type type = ast_[left].type;
  const std::string unit = unit_of(left);
  const cel::Value limit = constant_of(right);
  const std::string value = limit.is_known() ? literal(limit, attribute_of(left), unit) : term(right, attribute_of(left));
  if (type.is(Kind::timestamp) || unit == "year") return term(left) + sign(times, kind) + value;
  const bool number = type.is(Kind::integer) || type.is(Kind::real);
  if (!number || !limit.is_known()) return term(left) + sign(numbers, kind) + value;
  const bool zero = type.is(Kind::integer) ? limit.as_integer() == 0 : limit.as_real() == 0;
  if (zero && kind == NodeKind::greater) return term(left) + "大于0";
  if (zero) return term(left) + sign(counts, kind) + "0";
  const bool amount = unit == "cny" || unit == "ratio" || unit == "score";
  return term(left) + sign(amount ? amounts : counts, kind) + value;
}

std::string Wording::membership(NodeId id, bool negated) {
  const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
  if (reads_attribute(left) || !reads_attribute(right)) {
    if (ast_[right].kind == NodeKind::list) return term(left) + one_of(right, attribute_of(left), negated);
    return term(left) + (negated ? "不在" : "在") + term(right) + "之中";
  }
  return term(right) + (negated ? "不包括" : "包括") + term(left, attribute_of(right));
}

std::string Wording::one_of(NodeId list, const matching::Attribute* attribute, bool negated) {
  const std::vector<std::string> names = words(list, attribute);
  if (names.empty()) return negated ? "可为任何值" : "不得为任何值";
  if (negated) return names.size() == 1 ? "不为“" + names[0] + "”" : "不为" + enumerated(names) + "中的任何一种";
  if (names.size() == 1) return "为" + names[0];
  return names.size() == 2 ? "为" + names[0] + "或" + names[1] : "为" + enumerated(names) + "之一";
}

std::string Wording::unit_of(NodeId id) const {
  const cel::Node& node = ast_[id];
  const auto children = ast_.children(id);
  switch (node.kind) {
    case NodeKind::select:
      return node.binding == cel::Binding::slot && node.slot < dictionary_.size() ? dictionary_[node.slot].unit : "";
    case NodeKind::add:
    case NodeKind::subtract: {
      const std::string left = unit_of(children[0]);
      return left.empty() ? unit_of(children[1]) : left;
    }
    case NodeKind::negate:
      return unit_of(children[0]);
    case NodeKind::conditional:
      return unit_of(children[1]);
    case NodeKind::call:
      if (node.name == "years_since") return "years";
      if (node.name == "workdays_until") return "days";
      if (node.name == "getFullYear") return "year";
      if (node.name.starts_with("math.") || node.name == "double" || node.name == "int") return unit_of(children[0]);
      return "";
    default:
      return "";
  }
}

}  // namespace zhida::policy
