#include "domain/policy/quantity.hpp"
#include "domain/policy/wording.hpp"

#include "cel/time.hpp"

#include <array>

namespace zhida::policy {

using cel::Kind;
using cel::NodeId;
using cel::NodeKind;
using cel::Value;

namespace {

/// Functions of one argument: what comes before it and after it.
struct Frame {
  std::string_view name, before, after;
};
constexpr std::array frames{Frame{"getFullYear", "", "的年份"},
                            Frame{"getMonth", "", "的月份（一月为0）"},
                            Frame{"getDate", "", "是当月第几日"},
                            Frame{"getDayOfMonth", "", "是当月第几日（首日为0）"},
                            Frame{"getDayOfYear", "", "是当年第几日（首日为0）"},
                            Frame{"getDayOfWeek", "", "是星期几（星期日为0）"},
                            Frame{"getHours", "", "的小时数"},
                            Frame{"getMinutes", "", "的分钟数"},
                            Frame{"getSeconds", "", "的秒数"},
                            Frame{"getMilliseconds", "", "的毫秒数"},
                            Frame{"double", "", ""},
                            Frame{"string", "", ""},
                            Frame{"bool", "", ""},
                            Frame{"timestamp", "", ""},
                            Frame{"duration", "", ""},
                            Frame{"int", "", "取整"},
                            Frame{"math.abs", "", "的绝对值"},
                            Frame{"math.ceil", "", "向上取整"},
                            Frame{"math.floor", "", "向下取整"},
                            Frame{"math.round", "", "四舍五入"},
                            Frame{"math.trunc", "", "舍去小数"},
                            Frame{"math.sign", "", "的正负号"}};

bool is_arithmetic(NodeKind kind) {
  return kind == NodeKind::add || kind == NodeKind::subtract || kind == NodeKind::multiply || kind == NodeKind::divide ||
         kind == NodeKind::remainder || kind == NodeKind::negate;
}

}  // namespace

std::string Wording::term(NodeId id, const matching::Attribute* of) {
  const cel::Node& node = ast_[id];
  const auto children = ast_.children(id);
  if (const Value value = constant_of(id); value.is_known()) return literal(value, of, of ? of->unit : "");
  if (is_arithmetic(node.kind)) return arithmetic(id);
  switch (node.kind) {
    case NodeKind::identifier:
      if (node.binding == cel::Binding::instant) return "评估日";
      if (node.binding == cel::Binding::local) return local_name(node.slot);
      return std::string(node.name);
    case NodeKind::select: {
      // 国民经济行业代码 is the number; what a rule speaks of is the industry.
      static constexpr std::string_view code = "代码";
      const std::string& label = dictionary_[node.slot].label_zh;
      return label.ends_with(code) && label.size() > code.size() ? label.substr(0, label.size() - code.size()) : label;
    }
    case NodeKind::list: {
      const std::vector<std::string> names = words(id, of);
      return names.empty() ? "空列表" : enumerated(names);
    }
    case NodeKind::index: {
      const cel::Node& position = ast_[children[1]];
      if (position.kind == NodeKind::literal && position.value.as_integer() < INT64_MAX)
        return operand(children[0]) + "的第" + std::to_string(position.value.as_integer() + 1) + "项";
      return operand(children[0]) + "中序号为" + operand(children[1]) + "的一项（首项为0）";
    }
    case NodeKind::conditional:
      return "（若" + condition(children[0], true) + "，则为" + term(children[1], of) + "；否则为" + term(children[2], of) + "）";
    case NodeKind::filter:
      return operand(children[0]) + "中满足（" + inside(children[1], attribute_of(children[0])) + "）的各项";
    case NodeKind::map: {
      const matching::Attribute* const element = attribute_of(children[0]);
      const std::string which = children.size() == 3 ? "中满足（" + inside(children[1], element) + "）的各项" : "中各项";
      locals_.push_back(element);
      const std::string made = term(children.back());
      locals_.pop_back();
      return "由" + operand(children[0]) + which + "得到的“" + made + "”";
    }
    case NodeKind::call:
      if (!node.type.is(Kind::boolean)) return call_term(id);
      return "“" + call_condition(id, false) + "”";
    default:
      return "“" + condition(id, false) + "”";
  }
}

/// A term inside another one.
std::string Wording::operand(NodeId id) {
  return is_arithmetic(ast_[id].kind) && !constant_of(id).is_known() ? "（" + term(id) + "）" : term(id);
}

std::string Wording::arithmetic(NodeId id) {
  const NodeKind kind = ast_[id].kind;
  const auto children = ast_.children(id);
  if (kind == NodeKind::negate) return operand(children[0]) + "的相反数";
  const NodeId left = children[0], right = children[1];
  const Value constant = constant_of(right);
  const bool sum = kind == NodeKind::add;
  if (sum || kind == NodeKind::subtract) {
    if (ast_[left].type.is(Kind::timestamp) && constant.kind() == Kind::duration)
      return operand(left) + (sum ? "之后" : "之前") + duration_zh(constant);
    if (constant.is_known()) return operand(left) + (sum ? "加" : "减") + literal(constant, nullptr, unit_of(left));
    return sum ? operand(left) + "与" + operand(right) + "之和" : operand(left) + "减去" + operand(right) + "的差";
  }
  if (kind == NodeKind::multiply) {
    if (const Value factor = constant_of(left); factor.is_known()) return operand(right) + "的" + literal(factor, nullptr, "") + "倍";
    if (constant.is_known()) return operand(left) + "的" + literal(constant, nullptr, "") + "倍";
    return operand(left) + "与" + operand(right) + "之积";
  }
  return operand(left) + "除以" + operand(right) + (kind == NodeKind::divide ? "的商" : "的余数");
}

std::string Wording::call_term(NodeId id) {
  const cel::Node& node = ast_[id];
  const auto children = ast_.children(id);
  if (node.name == "years_since") return operand(children[0]) + "至" + operand(children[1]) + "的整年数";
  if (node.name == "workdays_until") return operand(children[1]) + "至" + operand(children[0]) + "的工作日数";
  if (node.name == "size") return operand(children[0]) + (ast_[children[0]].type.is_list() ? "的项数" : "的字数");
  if (node.name == "math.least" || node.name == "math.greatest") {
    std::vector<std::string> terms;
    for (const NodeId child : children) terms.push_back(operand(child));
    return enumerated(terms) + (node.name == "math.least" ? "中的最小者" : "中的最大者");
  }
  for (const Frame& frame : frames)
    if (frame.name == node.name) return std::string(frame.before) + operand(children[0]) + std::string(frame.after);
  std::vector<std::string> terms;
  for (const NodeId child : children) terms.push_back(term(child));
  return "函数" + std::string(node.name) + "（" + enumerated(terms) + "）的值";
}

std::string Wording::literal(const Value& value, const matching::Attribute* of, std::string_view unit) const {
  switch (value.kind()) {
    case Kind::boolean:
      return value.as_boolean() ? "是" : "否";
    case Kind::integer:
    case Kind::real:
      return quantity_zh(value, unit);
    case Kind::timestamp:
      return instant_zh(value);
    case Kind::duration:
      return duration_zh(value);
    default:
      return word(value.as_string(), of);
  }
}

std::string Wording::word(std::string_view code, const matching::Attribute* of) const {
  if (of && of->closed())
    if (const matching::Code* const known = of->find_code(code))
      return of->table.empty() ? known->label_zh : known->label_zh + "（" + known->code + "）";
  if (of && !of->pattern.empty())
    if (const enterprise::Regions::Region* const region = regions_.find(code)) return region->name_zh;
  return "“" + std::string(code) + "”";
}

std::vector<std::string> Wording::words(NodeId list, const matching::Attribute* of) {
  std::vector<std::string> names;
  if (ast_[list].kind != NodeKind::list) return {term(list, of)};
  for (const NodeId element : ast_.children(list)) names.push_back(term(element, of));
  return names;
}

std::string Wording::local_name(std::uint32_t number) const {
  return number == 0 ? "该项" : "第" + std::to_string(number + 1) + "层的该项";
}

const matching::Attribute* Wording::attribute_of(NodeId id) const {
  const cel::Node& node = ast_[id];
  if (node.binding == cel::Binding::slot) return node.slot < dictionary_.size() ? &dictionary_[node.slot] : nullptr;
  if (node.binding == cel::Binding::local) return node.slot < locals_.size() ? locals_[node.slot] : nullptr;
  if (node.kind == NodeKind::index || node.kind == NodeKind::filter) return attribute_of(ast_.children(id)[0]);
  return nullptr;
}

bool Wording::is_constant(NodeId id) const {
  if (ast_[id].kind != NodeKind::list) return constant_of(id).is_known();
  for (const NodeId child : ast_.children(id))
    if (!is_constant(child)) return false;
  return true;
}

bool Wording::reads_attribute(NodeId id) const {
  if (ast_[id].binding == cel::Binding::slot || ast_[id].binding == cel::Binding::local) return true;
  for (const NodeId child : ast_.children(id))
    if (reads_attribute(child)) return true;
  return false;
}

Value Wording::constant_of(NodeId id) const {
  const cel::Node& node = ast_[id];
  if (node.kind == NodeKind::literal) return node.value;
  const bool conversion = node.kind == NodeKind::call && (node.name == "timestamp" || node.name == "duration");
  if (!conversion || ast_[ast_.children(id)[0]].kind != NodeKind::literal) return Value::missing();
  const Value& text = ast_[ast_.children(id)[0]].value;
  if (text.kind() != Kind::string) return Value::missing();
  const auto value = node.name == "timestamp" ? cel::parse_timestamp(text.as_string()) : cel::parse_duration(text.as_string());
  return value.value_or(Value::missing());
}

}  // namespace zhida::policy
