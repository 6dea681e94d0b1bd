#include "matching/rule.hpp"

#include "cel/normalise.hpp"
#include "cel/print.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace zhida::matching {
namespace {

using cel::Ast;
using cel::Kind;
using cel::NodeId;
using cel::NodeKind;

void collect_slots(const Ast& ast, NodeId id, std::vector<std::uint32_t>& slots) {
  if (ast[id].binding == cel::Binding::slot) slots.push_back(ast[id].slot);
  for (const NodeId child : ast.children(id)) collect_slots(ast, child, slots);
}

bool reads_attribute(const Ast& ast, NodeId id) {
  std::vector<std::uint32_t> slots;
  collect_slots(ast, id, slots);
  return !slots.empty();
}

std::string sign_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::equal:
      return "==";
    case NodeKind::not_equal:
      return "!=";
    case NodeKind::less:
      return "<";
    case NodeKind::less_equal:
      return "<=";
    case NodeKind::greater:
      return ">";
    case NodeKind::greater_equal:
      return ">=";
    case NodeKind::in:
      return "in";
    case NodeKind::has:
      return "has";
    case NodeKind::all:
      return "all";
    case NodeKind::exists:
      return "exists";
    case NodeKind::exists_one:
      return "exists_one";
    default:
      return "is";
  }
}

std::string turned(const std::string& sign) {
  if (sign == "<") return ">";
  if (sign == "<=") return ">=";
  if (sign == ">") return "<";
  if (sign == ">=") return "<=";
  if (sign == "in") return "contains";
  return sign;
}

/// Splits a leaf into what is read, how it is tested and against what.
void describe(const Ast& ast, NodeId id, Leaf& leaf) {
  const cel::Node& node = ast[id];
  const auto children = ast.children(id);
  switch (node.kind) {
    case NodeKind::logical_not:
      describe(ast, children[0], leaf);
      leaf.operation = leaf.operation == "is" ? "is not" : "!" + leaf.operation;
      return;
    case NodeKind::equal:
    case NodeKind::not_equal:
    case NodeKind::less:
    case NodeKind::less_equal:
    case NodeKind::greater:
    case NodeKind::greater_equal:
    case NodeKind::in: {
      const bool turn = !reads_attribute(ast, children[0]) && reads_attribute(ast, children[1]);
      const NodeId operand = children[turn ? 1 : 0];
      leaf.operation = turn ? turned(sign_of(node.kind)) : sign_of(node.kind);
      leaf.limit = cel::print(ast, children[turn ? 0 : 1]);
      if (ast[operand].kind != NodeKind::select) leaf.operand = operand;
      return;
    }
    case NodeKind::call:
      leaf.operation = node.name;
      for (std::size_t i = 1; i < children.size(); ++i) leaf.limit += (i > 1 ? ", " : "") + cel::print(ast, children[i]);
      return;
    case NodeKind::all:
    case NodeKind::exists:
    case NodeKind::exists_one:
      leaf.operation = sign_of(node.kind);
      leaf.limit = cel::print(ast, children[1]);
      return;
    default:
      leaf.operation = sign_of(node.kind);
  }
}

Leaf make_leaf(const Ast& ast, NodeId id, const Dictionary& dictionary) {
  Leaf leaf;
  leaf.node = id;
  leaf.text = cel::print(ast, id);
  collect_slots(ast, id, leaf.slots);
  std::ranges::sort(leaf.slots);
  leaf.slots.erase(std::unique(leaf.slots.begin(), leaf.slots.end()), leaf.slots.end());
  describe(ast, id, leaf);
  for (const std::uint32_t slot : leaf.slots) {
    leaf.label_zh += (leaf.label_zh.empty() ? "" : "、") + dictionary[slot].label_zh;
    leaf.label_en += (leaf.label_en.empty() ? "" : ", ") + dictionary[slot].label_en;
  }
  return leaf;
}

}  // namespace

namespace {

/// The language and `manual.NAME` for every manual condition, in the slots behind the attributes.
std::shared_ptr<const cel::Environment> with_manual(const Language& language, const std::vector<ManualCondition>& manual) {
  auto environment = std::make_shared<cel::Environment>(language.environment());
  auto slot = static_cast<std::uint32_t>(language.dictionary().size());
  for (const ManualCondition& condition : manual) environment->add_field("manual", {condition.name, cel::boolean_type, slot++});
  return environment;
}

/// A manual condition is a condition by itself: whatever else is made of one has no answer while it is open.
bool stand_alone(const cel::Normalised& normal, std::size_t attributes, cel::Diagnostics& diagnostics) {
  for (const NodeId id : normal.leaves) {
    if (normal.ast[id].binding == cel::Binding::slot) continue;
    std::vector<std::uint32_t> slots;
    collect_slots(normal.ast, id, slots);
    if (std::ranges::all_of(slots, [&](std::uint32_t slot) { return slot < attributes; })) continue;
    diagnostics.add(normal.ast[id].span, cel::Problem::unsupported,
                    "a manual condition stands by itself, not negated and not as a part of another condition",
                    "人工认定条件应单独成立，不能取反，也不能作为其他条件的一部分");
  }
  return diagnostics.empty();
}

}  // namespace

CompiledRule Rule::compile(std::shared_ptr<const Language> language, std::string_view text, std::vector<ManualCondition> manual) {
  const std::size_t attributes = language->dictionary().size();
  std::shared_ptr<const cel::Environment> environment;
  if (!manual.empty() && text.find("manual") != std::string_view::npos) environment = with_manual(*language, manual);
  cel::Checked checked = cel::check(text, environment ? *environment : language->environment(), cel::boolean_type);
  if (!checked) return {std::nullopt, std::move(checked.diagnostics)};
  cel::Normalised normal = cel::normalise(checked.program->ast());
  cel::Diagnostics diagnostics(text);
  if (environment && !stand_alone(normal, attributes, diagnostics)) return {std::nullopt, diagnostics.take()};
  std::vector<Leaf> leaves;
  std::vector<std::uint8_t> named(manual.size());
  std::unordered_map<std::string_view, std::uint32_t> first;
  leaves.reserve(normal.leaves.size());
  for (const NodeId id : normal.leaves) {
    const cel::Node& node = normal.ast[id];
    if (node.binding == cel::Binding::slot && node.slot >= attributes) {
      named[node.slot - attributes] = 1;
      continue;
    }
    leaves.push_back(make_leaf(normal.ast, id, language->dictionary()));
    const auto index = static_cast<std::uint32_t>(leaves.size() - 1);
    leaves.back().same_as = first.emplace(leaves.back().text, index).first->second;
  }
  if (std::ranges::count(named, 1) == 0) environment = nullptr;
  std::string normalised = cel::print(normal.ast);
  cel::Program program(std::move(normal.ast));
  std::vector<std::uint32_t> slots;
  for (const std::uint32_t slot : program.slots())
    if (slot < attributes) slots.push_back(slot);
  auto parts = std::make_shared<const Parts>(Parts{std::move(language), std::move(environment), std::move(slots), std::move(named),
                                                   std::string(text), std::move(normalised), std::move(program), std::move(leaves),
                                                   std::move(manual)});
  return {Rule(std::move(parts)), {}};
}

std::optional<std::uint32_t> Rule::manual_at(NodeId node) const {
  const cel::Node& at = program().ast()[node];
  const std::size_t attributes = language().dictionary().size();
  if (at.binding != cel::Binding::slot || at.slot < attributes) return std::nullopt;
  return static_cast<std::uint32_t>(at.slot - attributes);
}

CompiledFormula Formula::compile(std::shared_ptr<const Language> language, std::string_view text) {
  cel::Checked checked = cel::check(text, language->environment());
  if (!checked) return {std::nullopt, std::move(checked.diagnostics)};
  const cel::Type type = checked.program->type();
  if (!type.is(Kind::integer) && !type.is(Kind::real)) {
    cel::Diagnostics diagnostics(text);
    diagnostics.add({}, cel::Problem::type_mismatch, "a benefit formula gives int or double, this gives " + to_string(type),
                    "金额公式的结果应为 int 或 double，此处是 " + to_string(type));
    return {std::nullopt, diagnostics.take()};
  }
  return {Formula(std::move(language), std::move(*checked.program)), {}};
}

std::optional<std::int64_t> Formula::amount(std::span<const cel::Value> slots, cel::Value asof, cel::Arena& arena) const {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  const cel::Value value = program_.evaluate(slots, asof, arena);
  std::int64_t amount = -1;
  if (value.kind() == Kind::integer) {
    amount = value.as_integer();
  } else if (value.kind() == Kind::real && value.as_real() >= 0 && value.as_real() <= static_cast<double>(most)) {
    // 0.29 * 100 is a hair below 29 in double: what differs from a whole yuan by less than a millionth is that yuan.
    amount = static_cast<std::int64_t>(std::floor(value.as_real() + 1e-6));
  }
  if (amount < 0 || amount > most) return std::nullopt;
  return amount;
}

}  // namespace zhida::matching
