#include "matching/engine/block_masks.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

using Joined = PredicateTable::Joined;

/// The stored form of `least` in a column of T, or whether it lies below or above everything that the column can hold.
template <class T>
void at_least_narrow(void (*compare)(const T*, T, Mask&), const Column& column, Key least, Mask& result) {
  Key distance = 0;
  if (__builtin_sub_overflow(least, column.base, &distance)) distance = least < column.base ? least_key : greatest_key;
  if (distance <= std::numeric_limits<T>::min()) {
    result = column.known;
  } else if (distance > std::numeric_limits<T>::max()) {
    result = Mask::none();
  } else {
    compare(column.data.as<T>(), static_cast<T>(distance), result);
    result &= column.known;
  }
}

template <class Join>
void join(const std::vector<Joined>& predicates, const std::vector<std::uint32_t>& atoms, Join&& one) {
  for (const Joined& each : predicates) one(each, std::span(atoms).subspan(each.first, each.count));
}

Mask all_of(const std::vector<Mask>& masks, std::span<const std::uint32_t> atoms) {
  Mask result = Mask::all();
  for (const std::uint32_t atom : atoms) result &= masks[atom];
  return result;
}

Mask known_of(const Block& block, std::uint32_t attribute) {
  const Column* const column = block.column(attribute);
  return column ? column->known : Mask::none();
}

}  // namespace

BoundDates bind(const PredicateTable& table, cel::Value asof) {
  BoundDates dates{asof, {}};
  for (const auto& dated : table.dated) dates.ranges.push_back(range_at(dated->rule, dated->condition, asof));
  return dates;
}

void at_least(const Kernels& with, const Column* column, Key least, Mask& result) {
  if (!column) {
    result = Mask::none();
  } else if (column->form == Column::Form::bits) {
    result = least <= 0 ? column->known : least == 1 ? column->truth : Mask::none();
  } else if (least == least_key) {
    result = column->known;
  } else {
    switch (column->width) {
      case 1:
        return at_least_narrow(with.at_least_8, *column, least, result);
      case 2:
        return at_least_narrow(with.at_least_16, *column, least, result);
      case 4:
        return at_least_narrow(with.at_least_32, *column, least, result);
      default:
        return at_least_narrow(with.at_least_64, *column, least, result);
    }
  }
}

cel::Value value_at(const Attributes& attributes, const Block& block, std::uint32_t attribute, std::size_t i, cel::Arena& arena) {
  const Column* const column = block.column(attribute);
  if (!column || !column->known.test(i)) return {};
  switch (column->form) {
    case Column::Form::words:
      return cel::Value::string(attributes.vocabulary(attribute).text(column->word(i)));
    case Column::Form::lists: {
      const std::size_t size = column->offsets[i + 1] - column->offsets[i];
      auto* const elements = static_cast<cel::Value*>(arena.allocate(std::max<std::size_t>(1, size) * sizeof(cel::Value)));
      if (!elements) return cel::Value::error(cel::Fault::too_much_memory);
      std::size_t at = 0;
      const Vocabulary& vocabulary = attributes.vocabulary(attribute);
      column->for_each_word(i, [&](std::uint32_t word) { elements[at++] = cel::Value::string(vocabulary.text(word)); });
      return cel::Value::list({elements, size});
    }
    default:
      return value_of(column->key(i), attributes.dictionary()[attribute].type.scalar);
  }
}

void evaluate(const EvaluatedCondition& evaluated, const Attributes& attributes, const Block& block, const Mask& profiles, cel::Value asof,
              Mask& holds, Mask& unknown) {
  holds = unknown = Mask::none();
  const auto read = evaluated.rule.slots();
  std::vector<cel::Value> slots(read.empty() ? 0 : read.back() + 1);
  cel::Arena arena(std::size_t{1} << 24), working;
  for_each_bit(profiles, [&](std::size_t i) {
    arena.reset();
    working.reset();
    for (const std::uint32_t slot : read) slots[slot] = value_at(attributes, block, slot, i, arena);
    const cel::Value value = evaluated.rule.program().evaluate_at(evaluated.condition.node, slots, asof, working);
    if (!value.is_known()) {
      unknown.set(i);
    } else if (value.as_boolean() != evaluated.condition.negated) {
      holds.set(i);
    }
  });
}

void BlockMasks::decide(const PredicateTable& table, const std::vector<std::shared_ptr<const WordIndex>>& words, const BoundDates& dates,
                        const Attributes& attributes, const Block& block) {
  bounds_.resize(table.bounds.size());
  words_.resize(table.word_atoms);
  possible_.resize(table.size());
  unknown_.resize(table.unknown_count);
  present_ = block.present;
  for (const PredicateTable::Unknown& each : table.unknowns) unknown_[each.unknown] = ~known_of(block, each.attribute);
  decide_atoms(table, words, block);
  decide_predicates(table, block);
  for (std::size_t i = 0; i < table.dated.size(); ++i) {
    const EvaluatedCondition& dated = *table.dated[i];
    Mask from, beyond;
    const KeyRange range = dates.ranges[i];
    if (!range.empty()) at_least(kernels_, block.column(dated.condition.attribute), range.least, from);
    if (range.greatest != greatest_key) at_least(kernels_, block.column(dated.condition.attribute), range.greatest + 1, beyond);
    possible_[dated.predicate] = (from & ~beyond) | unknown_[dated.unknown];
  }
  for (const auto& computed : table.computed) {
    Mask holds;
    evaluate(*computed, attributes, block, present_, dates.asof, holds, unknown_[computed->unknown]);
    possible_[computed->predicate] = holds | unknown_[computed->unknown];
  }
}

void BlockMasks::decide_atoms(const PredicateTable& table, const std::vector<std::shared_ptr<const WordIndex>>& words, const Block& block) {
  for (std::size_t i = 1; i < table.bounds.size(); ++i)
    at_least(kernels_, block.column(table.bounds[i].attribute), table.bounds[i].least, bounds_[i]);
  std::ranges::fill(words_, Mask::none());
  for (std::uint32_t attribute = 0; attribute < words.size(); ++attribute) {
    const Column* const column = words[attribute] ? block.column(attribute) : nullptr;
    if (column) decide_word_atoms(*column, *words[attribute]);
  }
}

void BlockMasks::decide_word_atoms(const Column& column, const WordIndex& index) {
  for_each_bit(column.known, [&](std::size_t i) {
    const auto mark = [&](std::uint32_t word) {
      for (const std::uint32_t atom : index.atoms_of(index.set_of(word))) words_[atom].set(i);
    };
    if (column.form == Column::Form::lists) {
      column.for_each_word(i, mark);
    } else {
      mark(column.word(i));
    }
  });
}

void BlockMasks::decide_predicates(const PredicateTable& table, const Block& block) {
  possible_[never] = Mask::none();
  possible_[always] = Mask::all();
  kernels_.ranges(table.ranges.data(), table.ranges.size(), bounds_.data(), unknown_.data(), possible_.data());
  kernels_.any(table.any_words.data(), table.any_words.size(), table.atoms.data(), words_.data(), unknown_.data(), possible_.data());
  kernels_.none(table.no_words.data(), table.no_words.size(), table.atoms.data(), words_.data(), possible_.data());
  join(table.several_ranges, table.atoms, [&](const Joined& predicate, std::span<const std::uint32_t> pairs) {
    Mask result = unknown_[predicate.unknown];
    for (std::size_t i = 0; i < pairs.size(); i += 2) result |= bounds_[pairs[i]] & ~bounds_[pairs[i + 1]];
    possible_[predicate.predicate] = result;
  });
  join(table.all_words, table.atoms, [&](const Joined& predicate, std::span<const std::uint32_t> atoms) {
    possible_[predicate.predicate] = all_of(words_, atoms) | unknown_[predicate.unknown];
  });
  join(table.not_all_words, table.atoms, [&](const Joined& predicate, std::span<const std::uint32_t> atoms) {
    possible_[predicate.predicate] = ~all_of(words_, atoms) | unknown_[predicate.unknown];
  });
  for (const PredicateTable::Plain& each : table.known) possible_[each.predicate] = known_of(block, each.attribute);
  for (const PredicateTable::Plain& each : table.missing) possible_[each.predicate] = ~known_of(block, each.attribute);
  for (const PredicateTable::Plain& each : table.manual) {
    const Column* const column = block.column(each.attribute);
    possible_[each.predicate] = (column ? column->truth : Mask::none()) | unknown_[each.unknown];
  }
}

}  // namespace zhida::matching::engine
