#include "matching/engine/rule_code.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace zhida::matching::engine {
namespace {

using NodeKind = ConditionNode::Kind;
using Step = RuleGroup::Step;

bool before(const Operand& a, const Operand& b) {
  return std::tie(a.unknown, a.predicate, a.manual) < std::tie(b.unknown, b.predicate, b.manual);
}

/// What rules of one group have in common.
struct Shape {
  RuleGroup::Form form = RuleGroup::Form::flat;
  bool manual = false;
  bool no_row_term = true;
  std::uint32_t singles = 0, row_singles = 0;
  std::size_t term_count = 0;
  std::vector<std::uint8_t> terms;
  std::vector<Step> steps;
  auto key() const { return std::tie(form, manual, no_row_term, term_count, singles, row_singles, terms, steps); }
  bool operator<(const Shape& other) const { return key() < other.key(); }
};

struct Encoded {
  Shape shape;
  RuleId id;
  std::vector<Operand> operands;
};

class Encoder {
 public:
  Encoder(const RuleTree& tree, const PredicateTable& table) : tree_(tree), table_(table) {}

  Encoded run(RuleId id) {
    Encoded encoded;
    encoded.id = id;
    if (!flat(encoded)) {
      encoded.shape = {};
      encoded.operands.clear();
      encoded.shape.form = RuleGroup::Form::tree;
      steps(root(), encoded);
      for (const Operand& operand : encoded.operands) encoded.shape.manual = encoded.shape.manual || operand.manual;
    }
    return encoded;
  }

 private:
  using Node = RuleTree::Node;
  const Node& root() const { return tree_.nodes.back(); }
  bool fits(const Operand& operand) const {
    return !operand.manual && operand.predicate < most_predicates && operand.unknown < most_unknowns;
  }

  /// Whether rows can decide these alternatives. Rows hold one exclusion of words for each attribute: of a list two alternatives may
  /// exclude different words.
  bool rows_decide(const std::vector<Operand>& alternatives) const {
    std::set<std::uint32_t> excluding;
    return std::ranges::all_of(alternatives, [&](const Operand& operand) {
      const PredicateTable::Entry& entry = table_.entries[operand.predicate];
      return has_row(entry.kind) && (entry.kind != PredicateTable::Kind::none || excluding.insert(entry.attribute).second);
    });
  }

  /// Puts the conditions that rows decide first; how many they are. Rows hold one demand for words for each attribute: of a list two
  /// demands may be met by different words.
  std::uint32_t rows_first(std::vector<Operand>& singles) const {
    std::ranges::sort(singles, before);
    std::set<std::uint32_t> demanding;
    const auto end = std::stable_partition(singles.begin(), singles.end(), [&](const Operand& operand) {
      const PredicateTable::Entry& entry = table_.entries[operand.predicate];
      if (!has_row(entry.kind)) return false;
      return entry.kind != PredicateTable::Kind::any || demanding.insert(entry.attribute).second;
    });
    return static_cast<std::uint32_t>(end - singles.begin());
  }

  /// Conditions joined by `all`, among them alternatives of conditions joined by `all`.
  bool flat(Encoded& encoded) const {
    std::vector<Operand> singles, rest;
    std::vector<const Node*> parts;
    if (root().kind == NodeKind::all) {
      for (const std::uint32_t child : root().children) parts.push_back(&tree_.nodes[child]);
    } else {
      parts.push_back(&root());
    }
    std::vector<const Node*> terms;
    for (const Node* const part : parts) {
      if (part->kind == NodeKind::leaf) {
        singles.push_back(part->operand);
      } else {
        terms.push_back(part);
      }
    }
    // Terms with fewer alternatives first, so that equal shapes meet.
    std::ranges::stable_sort(terms, [](const Node* a, const Node* b) { return a->children.size() < b->children.size(); });
    for (const Node* const term : terms)
      if (!append_term(*term, encoded.shape.terms, rest)) return false;
    encoded.shape.term_count = terms.size();
    encoded.shape.singles = static_cast<std::uint32_t>(singles.size());
    encoded.shape.row_singles = rows_first(singles);
    encoded.shape.no_row_term = !(terms.size() == 1 && rest.size() == terms[0]->children.size() && rows_decide(rest));
    encoded.operands = std::move(singles);
    encoded.operands.insert(encoded.operands.end(), rest.begin(), rest.end());
    return std::ranges::all_of(encoded.operands, [&](const Operand& operand) { return fits(operand); }) &&
           encoded.operands.size() * 4 <= rule_prefetch;
  }

  bool append_term(const Node& term, std::vector<std::uint8_t>& sizes, std::vector<Operand>& operands) const {
    constexpr std::size_t most = 255;
    if (term.children.size() > most) return false;
    sizes.push_back(static_cast<std::uint8_t>(term.children.size()));
    std::vector<const Node*> groups;
    for (const std::uint32_t child : term.children) groups.push_back(&tree_.nodes[child]);
    std::ranges::stable_sort(groups, [](const Node* a, const Node* b) { return a->children.size() < b->children.size(); });
    for (const Node* const group : groups) {
      if (group->kind == NodeKind::leaf) {
        sizes.push_back(1);
        operands.push_back(group->operand);
        continue;
      }
      if (group->children.size() > most) return false;
      sizes.push_back(static_cast<std::uint8_t>(group->children.size()));
      for (const std::uint32_t child : group->children) {
        if (tree_.nodes[child].kind != NodeKind::leaf) return false;
        operands.push_back(tree_.nodes[child].operand);
      }
    }
    return true;
  }

  void steps(const Node& node, Encoded& encoded) const {
    if (node.kind == NodeKind::leaf) {
      encoded.shape.steps.push_back(Step::leaf);
      encoded.operands.push_back(node.operand);
      return;
    }
    encoded.shape.steps.push_back(node.kind == NodeKind::all ? Step::all : Step::any);
    for (const std::uint32_t child : node.children) steps(tree_.nodes[child], encoded);
    encoded.shape.steps.push_back(Step::end);
  }

  const RuleTree& tree_;
  const PredicateTable& table_;
};

}  // namespace

bool has_row(PredicateTable::Kind kind) {
  using Kind = PredicateTable::Kind;
  return kind == Kind::range || kind == Kind::ranges || kind == Kind::any || kind == Kind::none;
}

std::size_t RuleCode::bytes() const {
  return groups.capacity() * sizeof(RuleGroup) + narrow.capacity() * sizeof(NarrowOperand) + wide.capacity() * sizeof(Operand) +
         ids.capacity() * sizeof(RuleId);
}

RuleCode encode(std::span<const NumberedRule> rules, const PredicateTable& table) {
  std::vector<Encoded> encoded;
  encoded.reserve(rules.size());
  for (const NumberedRule& rule : rules) encoded.push_back(Encoder(*rule.tree, table).run(rule.id));
  // Within a shape, rules that share their first conditions stand together: their masks are then still in the cache.
  std::ranges::sort(encoded, [](const Encoded& a, const Encoded& b) {
    if (a.shape < b.shape) return true;
    if (b.shape < a.shape) return false;
    const auto order = [](const Operand& x, const Operand& y) { return before(x, y); };
    if (std::ranges::lexicographical_compare(a.operands, b.operands, order)) return true;
    if (std::ranges::lexicographical_compare(b.operands, a.operands, order)) return false;
    return a.id < b.id;
  });
  RuleCode code;
  const Shape* shape = nullptr;
  for (const Encoded& rule : encoded) {
    const bool flat = rule.shape.form == RuleGroup::Form::flat;
    if (!shape || *shape < rule.shape) {
      shape = &rule.shape;
      RuleGroup group;
      group.form = rule.shape.form;
      group.first = static_cast<std::uint32_t>(code.ids.size());
      group.singles = rule.shape.singles;
      group.row_singles = rule.shape.row_singles;
      group.stride = static_cast<std::uint32_t>(rule.operands.size());
      group.operands = flat ? code.narrow.size() : code.wide.size();
      group.terms = rule.shape.terms;
      group.term_count = rule.shape.term_count;
      group.row_term = !rule.shape.no_row_term;
      group.steps = rule.shape.steps;
      group.manual = rule.shape.manual;
      code.groups.push_back(std::move(group));
    }
    ++code.groups.back().rules;
    code.ids.push_back(rule.id);
    for (const Operand& operand : rule.operands) {
      if (flat) {
        code.narrow.push_back(narrow(operand.predicate, operand.unknown));
      } else {
        code.wide.push_back(operand);
      }
    }
  }
  code.narrow.resize(code.narrow.size() + rule_prefetch);
  return code;
}

}  // namespace zhida::matching::engine
