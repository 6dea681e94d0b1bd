#include "matching/engine/probe.hpp"

#include <algorithm>

namespace zhida::matching::engine {

using Kind = PredicateTable::Kind;
using Step = RuleGroup::Step;

Verdict verdict_of(const RuleAnswer& answer) {
  if (answer.definite) return Verdict::eligible;
  if (answer.favourable) return Verdict::manual;
  return answer.possible ? Verdict::unknown : Verdict::ineligible;
}

Probe::Probe(std::shared_ptr<const Epoch> epoch, cel::Value asof)
    : epoch_(std::move(epoch)), table_(*epoch_->predicates), dates_(bind(table_, asof)), marks_(table_.word_atoms) {}

void Probe::mark(std::uint32_t attribute, std::uint32_t word) {
  const WordIndex& index = *epoch_->words[attribute];
  for (const std::uint32_t atom : index.atoms_of(index.set_of(word)))
    if (atom < marks_.size()) marks_[atom] = round_;
}

bool Probe::load(ProfileId id) {
  const std::size_t number = id / block_size;
  if (number >= epoch_->blocks.size() || !epoch_->blocks[number]->present.test(id % block_size)) return false;
  block_ = epoch_->blocks[number].get();
  bit_ = id % block_size;
  if (++round_ == 0) {
    std::ranges::fill(marks_, 0);
    round_ = 1;
  }
  keys_.resize(block_->columns.size());
  known_.assign(block_->columns.size(), 0);
  for (std::uint32_t attribute = 0; attribute < block_->columns.size(); ++attribute) {
    const Column* const column = block_->columns[attribute].get();
    if (!column || !column->known.test(bit_)) continue;
    known_[attribute] = 1;
    const bool asked = attribute < epoch_->words.size() && epoch_->words[attribute];
    switch (column->form) {
      case Column::Form::words:
        if (!asked) break;
        keys_[attribute] = epoch_->words[attribute]->set_of(column->word(bit_));
        mark(attribute, column->word(bit_));
        break;
      case Column::Form::lists:
        if (asked) column->for_each_word(bit_, [&](std::uint32_t word) { mark(attribute, word); });
        break;
      default:
        keys_[attribute] = column->key(bit_);
    }
  }
  return true;
}

bool Probe::any_word(const PredicateTable::Joined& joined) const {
  for (std::uint32_t i = 0; i < joined.count; ++i)
    if (accepted(table_.atoms[joined.first + i])) return true;
  return false;
}

bool Probe::all_words(const PredicateTable::Joined& joined) const {
  for (std::uint32_t i = 0; i < joined.count; ++i)
    if (!accepted(table_.atoms[joined.first + i])) return false;
  return true;
}

Answer Probe::compute(const EvaluatedCondition& evaluated) {
  Mask one, holds, unknown;
  one.set(bit_);
  evaluate(evaluated, *epoch_->attributes, *block_, one, dates_.asof, holds, unknown);
  if (unknown.any()) return Answer::open;
  return holds.any() ? Answer::yes : Answer::no;
}

Answer Probe::ask(std::uint32_t predicate) {
  const PredicateTable::Entry& entry = table_.entries[predicate];
  const auto answer = [](bool yes) { return yes ? Answer::yes : Answer::no; };
  const auto within = [&](std::uint32_t from, std::uint32_t below) {
    return keys_[entry.attribute] >= table_.bounds[from].least && (below == 0 || keys_[entry.attribute] < table_.bounds[below].least);
  };
  switch (entry.kind) {
    case Kind::never:
      return Answer::no;
    case Kind::always:
      return Answer::yes;
    case Kind::known:
      return answer(is_known(entry.attribute));
    case Kind::missing:
      return answer(!is_known(entry.attribute));
    case Kind::computed:
      return compute(*table_.computed[entry.index]);
    default:
      break;
  }
  if (!is_known(entry.attribute)) return Answer::open;
  switch (entry.kind) {
    case Kind::range: {
      const PredicateTable::Range& range = table_.ranges[entry.index];
      return answer(within(range.from, range.below));
    }
    case Kind::ranges: {
      const PredicateTable::Joined& joined = table_.several_ranges[entry.index];
      for (std::uint32_t i = 0; i < joined.count; i += 2)
        if (within(table_.atoms[joined.first + i], table_.atoms[joined.first + i + 1])) return Answer::yes;
      return Answer::no;
    }
    case Kind::any:
      return answer(any_word(table_.any_words[entry.index]));
    case Kind::none:
      return answer(!any_word(table_.no_words[entry.index]));
    case Kind::all:
      return answer(all_words(table_.all_words[entry.index]));
    case Kind::not_all:
      return answer(!all_words(table_.not_all_words[entry.index]));
    case Kind::dated:
      return answer(dates_.ranges[entry.index].contains(keys_[entry.attribute]));
    default:
      return answer(keys_[entry.attribute] != 0);
  }
}

RuleAnswer Probe::ask_tree(std::span<const Step> steps, const Operand* operands) {
  const Step* step = steps.data();
  return ask_node(step, operands);
}

RuleAnswer Probe::ask_node(const Step*& step, const Operand*& operand) {
  const Step here = *step++;
  if (here == Step::leaf) {
    const Operand& leaf = *operand++;
    const Answer answer = ask(leaf.predicate);
    const bool yes = answer == Answer::yes;
    return {yes, yes || (leaf.manual && answer == Answer::open), answer != Answer::no};
  }
  const bool all = here == Step::all;
  RuleAnswer result{all, all, all};
  while (*step != Step::end) {
    const RuleAnswer child = ask_node(step, operand);
    if (all) {
      result = {result.definite && child.definite, result.favourable && child.favourable, result.possible && child.possible};
    } else {
      result = {result.definite || child.definite, result.favourable || child.favourable, result.possible || child.possible};
    }
  }
  ++step;
  return result;
}

RuleAnswer Probe::ask_flat(const RuleGroup& group, const NarrowOperand* operands, std::uint32_t skip, RuleAnswer so_far) {
  bool definite = so_far.definite;
  const NarrowOperand* operand = operands + skip;
  const auto next = [&] { return ask(*operand++ & (most_predicates - 1)); };
  for (std::uint32_t i = skip; i < group.singles; ++i) {
    const Answer answer = next();
    if (answer == Answer::no) return {};
    definite = definite && answer == Answer::yes;
  }
  const std::uint8_t* term = group.terms.data();
  for (std::size_t t = 0; t < group.term_count; ++t) {
    Answer best = Answer::no;
    for (std::uint8_t groups = *term++; groups > 0; --groups) {
      Answer least = Answer::yes;
      for (std::uint8_t size = *term++; size > 0; --size) {
        if (best == Answer::yes || least == Answer::no) {
          ++operand;
        } else {
          least = std::min(least, next());
        }
      }
      if (best != Answer::yes) best = std::max(best, least);
    }
    if (best == Answer::no) return {};
    definite = definite && best == Answer::yes;
  }
  return {definite, definite, true};
}

}  // namespace zhida::matching::engine
