#include "matching/engine/audience_plan.hpp"

#include "matching/engine/ranges.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

constexpr std::uint32_t nobody = 0xFFFFFFFF;
/// Up to this many words are compared one by one; of more, each profile's word is looked up.
constexpr std::size_t most_compared_words = 12;
/// Up to this many candidates are looked at one by one where that is slow for a whole block.
constexpr std::size_t few_candidates = 96;

void bind_words(const LoweredRule& rule, const Condition& condition, const Vocabulary& vocabulary, ScanCondition& bound) {
  bound.accepted.resize(vocabulary.size());
  for (const WordTest& test : condition.words) {
    if (test.kind == WordTest::Kind::literal) {
      const auto word = vocabulary.find(test.text);
      if (word && *word < bound.accepted.size()) {
        bound.accepted[*word] = 1;
      } else {
        bound.impossible = true;
      }
      continue;
    }
    for (std::uint32_t word = 0; word < bound.accepted.size(); ++word) {
      const std::string_view text = vocabulary.text(word);
      const bool accepted = test.kind == WordTest::Kind::prefix ? text.starts_with(test.text) : accepts(rule.rule, condition, text);
      if (accepted) bound.accepted[word] = 1;
    }
  }
  for (std::uint32_t word = 0; word < bound.accepted.size(); ++word)
    if (bound.accepted[word]) bound.words.push_back(word);
}

std::string key_of(const ScanCondition& bound, const Condition& condition) {
  std::string key = std::to_string(static_cast<int>(bound.kind)) + (bound.negated ? "!" : "=") + std::to_string(bound.attribute);
  for (const KeyRange& range : bound.ranges) key += "," + std::to_string(range.least) + ".." + std::to_string(range.greatest);
  for (const WordTest& test : condition.words)
    key += "," + std::to_string(static_cast<int>(test.kind)) + std::to_string(test.text.size()) + ":" + test.text;
  return key;
}

ScanCondition bind(const LoweredRule& rule, const Condition& condition, const Attributes& attributes, cel::Value asof) {
  ScanCondition bound;
  bound.kind = condition.kind;
  bound.negated = condition.negated;
  bound.attribute = condition.attribute;
  bound.ranges = condition.ranges;
  switch (condition.kind) {
    case ConditionKind::manual:
      bound.attribute = attributes.find_manual(rule.rule.manual()[condition.attribute].name).value_or(nobody);
      break;
    case ConditionKind::dated:
      bound.kind = ConditionKind::keys;
      bound.negated = false;
      if (const KeyRange range = range_at(rule.rule, condition, asof); !range.empty()) bound.ranges = {range};
      break;
    case ConditionKind::words:
    case ConditionKind::all_words:
      bind_words(rule, condition, attributes.vocabulary(condition.attribute), bound);
      break;
    case ConditionKind::computed:
      bound.evaluated = std::make_shared<const EvaluatedCondition>(EvaluatedCondition{rule.rule, condition, 0, 0});
      return bound;
    default:
      break;
  }
  bound.key = key_of(bound, condition);
  return bound;
}

Mask in_ranges(const ScanCondition& condition, const Column* column, const Kernels& with) {
  Mask result;
  for (const KeyRange& range : condition.ranges) {
    Mask from, beyond;
    at_least(with, column, range.least, from);
    if (range.greatest != greatest_key) at_least(with, column, range.greatest + 1, beyond);
    result |= from & ~beyond;
  }
  return result;
}

template <class T>
Mask looked_up(const ScanCondition& condition, const Column& column, const Kernels& with) {
  alignas(64) std::uint8_t flags[block_size];
  const T* const words = column.data.as<T>();
  const std::uint8_t* const accepted = condition.accepted.data();
  const std::size_t size = condition.accepted.size();
  for (std::size_t i = 0; i < block_size; ++i) flags[i] = words[i] < size ? accepted[words[i]] : 0;
  Mask result;
  with.pack(flags, result);
  return result & column.known;
}

Mask with_word(const ScanCondition& condition, const Column& column, const Kernels& with) {
  if (condition.words.size() <= most_compared_words && column.width <= 2) {
    Mask result;
    for (const std::uint32_t word : condition.words) {
      Mask equal;
      if (column.width == 1 && word < 256) with.equals_8(column.data.as<std::uint8_t>(), static_cast<std::uint8_t>(word), equal);
      if (column.width == 2 && word < 65536) with.equals_16(column.data.as<std::uint16_t>(), static_cast<std::uint16_t>(word), equal);
      result |= equal;
    }
    return result & column.known;
  }
  switch (column.width) {
    case 1:
      return looked_up<std::uint8_t>(condition, column, with);
    case 2:
      return looked_up<std::uint16_t>(condition, column, with);
    default:
      return looked_up<std::uint32_t>(condition, column, with);
  }
}

/// The same one by one.
Mask with_word(const ScanCondition& condition, const Column& column, const Mask& candidates) {
  Mask result;
  for_each_bit(candidates & column.known, [&](std::size_t i) {
    if (condition.accepted[column.word(i)]) result.set(i);
  });
  return result;
}

Mask lists_with_word(const ScanCondition& condition, const Column& column, const Mask& candidates) {
  Mask result;
  for_each_bit(candidates & column.known, [&](std::size_t i) {
    column.for_each_word(i, [&](std::uint32_t word) {
      if (condition.accepted[word]) result.set(i);
    });
  });
  return result;
}

/// Lists of which an element is accepted; of all_words, lists with all of the words.
template <class T>
Mask lists_with(const ScanCondition& condition, const Column& column, const Kernels& with) {
  alignas(64) std::uint8_t flags[block_size];
  const T* const words = column.data.as<T>();
  const std::uint8_t* const accepted = condition.accepted.data();
  const bool all = condition.kind == ConditionKind::all_words;
  const std::size_t needed = all ? condition.words.size() : 1;
  std::vector<T> seen;
  for (std::size_t i = 0; i < block_size; ++i) {
    std::size_t found = 0;
    for (std::uint32_t at = column.offsets[i]; at < column.offsets[i + 1]; ++at) found += accepted[words[at]];
    if (all && found >= needed) {
      // The same word may stand in a list twice.
      seen.clear();
      for (std::uint32_t at = column.offsets[i]; at < column.offsets[i + 1]; ++at)
        if (accepted[words[at]]) seen.push_back(words[at]);
      std::ranges::sort(seen);
      found = static_cast<std::size_t>(std::unique(seen.begin(), seen.end()) - seen.begin());
    }
    flags[i] = found >= needed;
  }
  Mask result;
  with.pack(flags, result);
  return result & column.known;
}

Mask lists_with(const ScanCondition& condition, const Column& column, const Kernels& with) {
  if (condition.kind == ConditionKind::all_words && condition.impossible) return Mask::none();
  switch (column.width) {
    case 1:
      return lists_with<std::uint8_t>(condition, column, with);
    case 2:
      return lists_with<std::uint16_t>(condition, column, with);
    default:
      return lists_with<std::uint32_t>(condition, column, with);
  }
}

Mask words_found(const ScanCondition& condition, const Column& column, const Kernels& with, const Mask& candidates) {
  if (column.form == Column::Form::lists) {
    const bool one_by_one = condition.kind == ConditionKind::words && candidates.count() <= few_candidates;
    return one_by_one ? lists_with_word(condition, column, candidates) : lists_with(condition, column, with);
  }
  const bool compared = condition.words.size() <= most_compared_words && column.width <= 2;
  return !compared && candidates.count() <= few_candidates ? with_word(condition, column, candidates) : with_word(condition, column, with);
}

}  // namespace

std::shared_ptr<const AudiencePlan> plan(std::shared_ptr<const Epoch> epoch, const Rule& rule, cel::Value asof) {
  auto made = std::make_shared<AudiencePlan>(AudiencePlan{std::move(epoch), asof, lower(rule), {}});
  for (const Condition& condition : made->rule.conditions)
    made->conditions.push_back(bind(made->rule, condition, *made->epoch->attributes, asof));
  return made;
}

Truth scan(const ScanCondition& condition, const AudiencePlan& plan, const Block& block, const Kernels& with, const Mask& candidates) {
  const Column* const column = block.column(condition.attribute);
  const Mask known = column ? column->known : Mask::none();
  switch (condition.kind) {
    case ConditionKind::always:
      return {condition.negated ? Mask::none() : Mask::all(), Mask::none()};
    case ConditionKind::known:
      return {condition.negated ? ~known : known, Mask::none()};
    case ConditionKind::manual:
      return {column ? column->truth : Mask::none(), ~known};
    case ConditionKind::computed: {
      Truth truth;
      evaluate(*condition.evaluated, *plan.epoch->attributes, block, block.present & candidates, plan.asof, truth.definite, truth.unknown);
      return truth;
    }
    case ConditionKind::words:
    case ConditionKind::all_words: {
      if (!column) return {Mask::none(), Mask::all()};
      const Mask found = words_found(condition, *column, with, candidates);
      return {condition.negated ? known & ~found : found, ~known};
    }
    default:
      return {in_ranges(condition, column, with), ~known};
  }
}

bool ask_the_same(const AudiencePlan& plan, std::uint32_t a, std::uint32_t b) {
  const Condition &x = plan.rule.conditions[a], &y = plan.rule.conditions[b];
  const std::string &key = plan.conditions[a].key, &other = plan.conditions[b].key;
  if (!key.empty() || !other.empty()) return key == other;
  return x.text == y.text && x.negated == y.negated;
}

}  // namespace zhida::matching::engine
