#include "matching/engine/predicates.hpp"

#include "matching/engine/ranges.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

using Kind = PredicateTable::Kind;

void append(std::string& key, std::int64_t number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); }

/// Equal for equal conditions only.
std::string key_of(const Condition& condition, std::uint32_t attribute) {
  std::string key;
  append(key, static_cast<std::int64_t>(condition.kind));
  append(key, condition.negated);
  append(key, attribute);
  for (const KeyRange& range : condition.ranges) {
    append(key, range.least);
    append(key, range.greatest);
  }
  for (const WordTest& word : condition.words) {
    append(key, static_cast<std::int64_t>(word.kind));
    append(key, static_cast<std::int64_t>(word.text.size()));
    key += word.text;
  }
  return key + condition.text;
}

std::shared_ptr<const WordIndex> index_of(const std::vector<std::vector<std::uint32_t>>& atoms_of_word) {
  auto index = std::make_shared<WordIndex>();
  std::map<std::vector<std::uint32_t>, std::uint32_t> sets{{{}, 0}};
  index->offsets = {0, 0};
  index->set_of_word.reserve(atoms_of_word.size());
  for (const auto& atoms : atoms_of_word) {
    const auto [found, added] = sets.emplace(atoms, static_cast<std::uint32_t>(sets.size()));
    if (added) {
      index->atoms.insert(index->atoms.end(), atoms.begin(), atoms.end());
      index->offsets.push_back(static_cast<std::uint32_t>(index->atoms.size()));
    }
    index->set_of_word.push_back(found->second);
  }
  return index;
}

}  // namespace

std::size_t PredicateTable::bytes() const {
  const auto of = [](const auto& items) { return items.capacity() * sizeof(items[0]); };
  return of(bounds) + of(atoms) + of(ranges) + of(several_ranges) + of(any_words) + of(no_words) + of(all_words) + of(not_all_words) +
         of(known) + of(missing) + of(manual) + of(dated) + of(computed) + of(entries) + of(unknowns);
}

Predicates::Predicates(Attributes& attributes) : attributes_(attributes) {
  table_.entries.resize(2);
  table_.entries[always].kind = Kind::always;
}

std::uint32_t Predicates::unknown_of(std::uint32_t attribute) {
  const auto [found, added] = unknowns_.emplace(attribute, table_.unknown_count);
  if (added) table_.unknowns.push_back({table_.unknown_count++, attribute});
  return found->second;
}

std::uint32_t Predicates::bound(std::uint32_t attribute, Key least) {
  const auto [found, added] = bounds_.emplace(std::pair(attribute, least), static_cast<std::uint32_t>(table_.bounds.size()));
  if (added) table_.bounds.push_back({attribute, least});
  return found->second;
}

void Predicates::accept(Words& words, const WordAtom& atom, std::uint32_t attribute, std::uint32_t word) {
  const std::string_view text = attributes_.vocabulary(attribute).text(word);
  bool accepted = false;
  switch (atom.test.kind) {
    case WordTest::Kind::literal:
      accepted = text == atom.test.text;
      break;
    case WordTest::Kind::prefix:
      accepted = text.starts_with(atom.test.text);
      break;
    case WordTest::Kind::expression:
      accepted = accepts(atom.expression->rule, atom.expression->condition, text);
  }
  if (!accepted) return;
  words.atoms_of_word[word].push_back(atom.atom);
  words.changed = true;
}

std::uint32_t Predicates::word_atom(const LoweredRule& rule, const Condition& condition, const WordTest& test) {
  const std::uint32_t attribute = condition.attribute;
  if (words_.size() <= attribute) words_.resize(attribute + 1);
  Vocabulary& vocabulary = attributes_.vocabulary(attribute);
  std::optional<std::uint32_t> literal;
  if (test.kind == WordTest::Kind::literal) literal = vocabulary.intern(test.text);
  see_new_words(attribute);
  Words& words = words_[attribute];
  const auto [found, added] = words.numbers.emplace(test, table_.word_atoms);
  if (!added) return found->second;
  WordAtom atom{table_.word_atoms++, test, nullptr};
  if (test.kind == WordTest::Kind::expression)
    atom.expression = std::make_shared<const EvaluatedCondition>(EvaluatedCondition{rule.rule, condition, 0, 0});
  words.changed = true;
  words.atoms_of_word.resize(vocabulary.size());
  if (literal) {
    words.atoms_of_word[*literal].push_back(atom.atom);
  } else {
    for (std::uint32_t word = 0; word < words.atoms_of_word.size(); ++word) accept(words, atom, attribute, word);
  }
  words.atoms.push_back(std::move(atom));
  return found->second;
}

std::uint32_t Predicates::joined(std::vector<PredicateTable::Joined>& to, std::uint32_t predicate, std::uint32_t unknown,
                                 const std::vector<std::uint32_t>& atoms) {
  const auto first = static_cast<std::uint32_t>(table_.atoms.size());
  table_.atoms.insert(table_.atoms.end(), atoms.begin(), atoms.end());
  to.push_back({predicate, unknown, first, static_cast<std::uint32_t>(atoms.size())});
  return static_cast<std::uint32_t>(to.size() - 1);
}

Operand Predicates::add(const LoweredRule& rule, const Condition& condition) {
  if (condition.kind == ConditionKind::always) return {condition.negated ? never : always, 0, false};
  const bool manual = condition.kind == ConditionKind::manual;
  const std::uint32_t attribute = manual ? attributes_.manual(rule.rule.manual()[condition.attribute].name) : condition.attribute;
  const auto [found, added] = numbers_.emplace(key_of(condition, attribute), static_cast<std::uint32_t>(table_.entries.size()));
  if (added) {
    table_.entries.emplace_back();
    PredicateTable::Entry entry;
    define(rule, condition, attribute, entry, found->second);
    table_.entries[found->second] = entry;
  }
  return {found->second, table_.entries[found->second].unknown, manual};
}

void Predicates::define(const LoweredRule& rule, const Condition& condition, std::uint32_t attribute, PredicateTable::Entry& entry,
                        std::uint32_t predicate) {
  entry.attribute = attribute;
  if (condition.kind != ConditionKind::known)
    entry.unknown = condition.kind == ConditionKind::computed ? table_.unknown_count++ : unknown_of(attribute);
  const auto plain = [&](std::vector<PredicateTable::Plain>& to, Kind kind) {
    to.push_back({predicate, entry.unknown, attribute});
    entry.kind = kind;
    entry.index = static_cast<std::uint32_t>(to.size() - 1);
  };
  const auto evaluated = [&](auto& to, Kind kind) {
    to.push_back(std::make_shared<const EvaluatedCondition>(EvaluatedCondition{rule.rule, condition, predicate, entry.unknown}));
    entry.kind = kind;
    entry.index = static_cast<std::uint32_t>(to.size() - 1);
  };
  switch (condition.kind) {
    case ConditionKind::known:
      return condition.negated ? plain(table_.missing, Kind::missing) : plain(table_.known, Kind::known);
    case ConditionKind::manual:
      return plain(table_.manual, Kind::manual);
    case ConditionKind::dated:
      return evaluated(table_.dated, Kind::dated);
    case ConditionKind::computed:
      return evaluated(table_.computed, Kind::computed);
    case ConditionKind::keys: {
      const KeyRange whole = keys_of(attributes_.dictionary()[attribute].type.scalar);
      std::vector<std::uint32_t> pairs;
      for (const KeyRange& range : condition.ranges) {
        pairs.push_back(bound(attribute, range.least <= whole.least ? least_key : range.least));
        pairs.push_back(range.greatest >= whole.greatest ? 0 : bound(attribute, range.greatest + 1));
      }
      if (pairs.size() == 2) {
        entry.kind = Kind::range;
        entry.index = static_cast<std::uint32_t>(table_.ranges.size());
        table_.ranges.push_back({predicate, entry.unknown, pairs[0], pairs[1]});
      } else {
        entry.kind = Kind::ranges;
        entry.index = joined(table_.several_ranges, predicate, entry.unknown, pairs);
      }
      return;
    }
    default:
      break;
  }
  std::vector<std::uint32_t> atoms;
  for (const WordTest& test : condition.words) atoms.push_back(word_atom(rule, condition, test));
  const bool all = condition.kind == ConditionKind::all_words;
  entry.kind = all ? (condition.negated ? Kind::not_all : Kind::all) : (condition.negated ? Kind::none : Kind::any);
  auto& to = all ? (condition.negated ? table_.not_all_words : table_.all_words) : (condition.negated ? table_.no_words : table_.any_words);
  entry.index = joined(to, predicate, entry.unknown, atoms);
}

void Predicates::see_new_words(std::uint32_t attribute) {
  Words& words = words_[attribute];
  const std::uint32_t size = attributes_.vocabulary(attribute).size();
  for (auto word = static_cast<std::uint32_t>(words.atoms_of_word.size()); word < size; ++word) {
    words.atoms_of_word.emplace_back();
    // The words of literal atoms were interned with them, so a word that is new here is none of those.
    for (const WordAtom& atom : words.atoms)
      if (atom.test.kind != WordTest::Kind::literal) accept(words, atom, attribute, word);
  }
}

void Predicates::refresh() {
  indices_.resize(words_.size());
  for (std::uint32_t attribute = 0; attribute < words_.size(); ++attribute) {
    if (words_[attribute].atoms.empty()) continue;
    see_new_words(attribute);
    if (!words_[attribute].changed) continue;
    indices_[attribute] = index_of(words_[attribute].atoms_of_word);
    words_[attribute].changed = false;
  }
}

}  // namespace zhida::matching::engine
