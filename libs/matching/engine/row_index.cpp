#include "matching/engine/row_index.hpp"

namespace zhida::matching::engine {
namespace {

/// Positions of the groups with alternatives in rows: they come first.
std::size_t row_term_positions(const RuleCode& code) {
  std::size_t end = 0;
  for (const RuleGroup& group : code.groups)
    if (group.row_term) end = group.first + group.rules;
  return end;
}

/// The operands of each rule from `begin(group)` up to `end(group)`.
template <class Begin, class End>
std::vector<RowCondition> conditions(const RuleCode& code, Begin&& begin, End&& end) {
  std::vector<RowCondition> found;
  for (const RuleGroup& group : code.groups) {
    if (group.form != RuleGroup::Form::flat) continue;
    for (std::uint32_t rule = 0; rule < group.rules; ++rule)
      for (std::uint32_t i = begin(group); i < end(group); ++i)
        found.push_back({group.first + rule, code.narrow[group.operands + std::size_t{rule} * group.stride + i] & (most_predicates - 1)});
  }
  return found;
}

}  // namespace

RowIndex::RowIndex(const RuleCode& code, const PredicateTable& table, const Attributes& attributes)
    : singles(RowSet::Mode::all, code.size(),
              conditions(
                  code, [](const RuleGroup&) { return 0U; }, [](const RuleGroup& group) { return group.row_singles; }),
              table, attributes),
      alternatives(RowSet::Mode::any, row_term_positions(code),
                   conditions(
                       code, [](const RuleGroup& group) { return group.singles; },
                       [](const RuleGroup& group) { return group.row_term ? group.stride : group.singles; }),
                   table, attributes),
      no_alternatives(alternatives.row(true)) {
  for (std::size_t position = 0; position < row_term_positions(code); ++position)
    no_alternatives.as<std::uint64_t>()[position / 64] &= ~(std::uint64_t{1} << (position % 64));
}

std::shared_ptr<const BoundRows> BoundRows::bind(std::shared_ptr<const RowIndex> index,
                                                 const std::vector<std::shared_ptr<const WordIndex>>& words,
                                                 std::shared_ptr<const BoundRows> previous) {
  const auto current = [&](const RowSet& set, const BoundTexts& texts) {
    for (std::size_t i = 0; i < set.texts.size(); ++i)
      if (texts.texts[i].words != words[set.texts[i].attribute]) return false;
    return true;
  };
  if (previous && current(index->singles, previous->singles) && current(index->alternatives, previous->alternatives)) return previous;
  auto bound = std::make_shared<BoundRows>();
  bound->singles = engine::bind(index->singles, words, previous ? &previous->singles : nullptr);
  bound->alternatives = engine::bind(index->alternatives, words, previous ? &previous->alternatives : nullptr);
  bound->index = std::move(index);
  return bound;
}

std::size_t BoundRows::bytes() const {
  return index->singles.bytes() + index->alternatives.bytes() + singles.bytes(index->singles) + alternatives.bytes(index->alternatives);
}

}  // namespace zhida::matching::engine
