#include "matching/engine/row_set.hpp"

#include <algorithm>
#include <set>

namespace zhida::matching::engine {
namespace {

using Kind = PredicateTable::Kind;
constexpr std::size_t bits_in_line = 512;

void assign(Row& row, std::size_t first_word, std::uint32_t position, bool value) {
  std::uint64_t& word = row.as<std::uint64_t>()[first_word + position / 64];
  const std::uint64_t bit = std::uint64_t{1} << (position % 64);
  word = value ? word | bit : word & ~bit;
}

/// The ranges of a predicate of keys, as pairs of bounds.
std::vector<std::uint32_t> bounds_of(const PredicateTable& table, std::uint32_t predicate) {
  const PredicateTable::Entry& entry = table.entries[predicate];
  if (entry.kind == Kind::range) return {table.ranges[entry.index].from, table.ranges[entry.index].below};
  const PredicateTable::Joined& joined = table.several_ranges[entry.index];
  const auto first = table.atoms.begin() + joined.first;
  return {first, first + joined.count};
}

std::vector<std::uint32_t> atoms_of(const PredicateTable& table, std::uint32_t predicate) {
  const PredicateTable::Entry& entry = table.entries[predicate];
  const auto& joined = entry.kind == Kind::none ? table.no_words[entry.index] : table.any_words[entry.index];
  const auto first = table.atoms.begin() + joined.first;
  std::vector<std::uint32_t> atoms(first, first + joined.count);
  std::ranges::sort(atoms);
  return atoms;
}

bool intersect(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  auto i = a.begin(), j = b.begin();
  while (i != a.end() && j != b.end()) {
    if (*i == *j) return true;
    ++(*i < *j ? i : j);
  }
  return false;
}

}  // namespace

Row RowSet::row(bool set) const {
  Row made(words * sizeof(std::uint64_t));
  std::fill_n(made.as<std::uint64_t>(), words, set ? ~std::uint64_t{0} : 0);
  return made;
}

Row RowSet::uses_of(const std::vector<Users>& users) const {
  Row made = row(false);
  for (const Users& each : users)
    for (const std::uint32_t position : each.positions) assign(made, 0, position, true);
  return made;
}

RowSet::RowSet(Mode with_mode, std::size_t positions, const std::vector<RowCondition>& conditions, const PredicateTable& table,
               const Attributes& attributes)
    : mode(with_mode), words((positions + bits_in_line - 1) / bits_in_line * (bits_in_line / 64)) {
  std::map<std::uint32_t, std::map<std::uint32_t, std::vector<std::uint32_t>>> by_attribute;
  for (const RowCondition& each : conditions)
    by_attribute[table.entries[each.predicate].attribute][each.predicate].push_back(each.position);
  for (auto& [attribute, by_predicate] : by_attribute) {
    std::vector<Users> users;
    for (auto& [predicate, each] : by_predicate) users.push_back({predicate, std::move(each)});
    switch (attributes.form(attribute)) {
      case Column::Form::words:
        add_texts(attribute, users, table);
        break;
      case Column::Form::lists:
        add_lists(attribute, users, table);
        break;
      default:
        add_numbers(attribute, users, table);
    }
  }
}

void RowSet::add_numbers(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table) {
  Numbers made;
  made.attribute = attribute;
  made.uses = uses_of(users);
  std::set<Key> edges;
  for (const Users& each : users)
    for (const std::uint32_t bound : bounds_of(table, each.predicate))
      if (bound != 0 && table.bounds[bound].least != least_key) edges.insert(table.bounds[bound].least);
  made.edges.assign(edges.begin(), edges.end());
  const std::size_t cells = made.edges.size() + 1;
  const bool all = mode == Mode::all;
  made.rows = Row(cells * words * sizeof(std::uint64_t));
  std::fill_n(made.rows.as<std::uint64_t>(), cells * words, all ? ~std::uint64_t{0} : 0);
  const auto cell_from = [&](std::uint32_t bound) {
    return static_cast<std::size_t>(std::ranges::upper_bound(made.edges, table.bounds[bound].least) - made.edges.begin());
  };
  for (const Users& each : users) {
    std::vector<bool> holds(cells);
    const auto bounds = bounds_of(table, each.predicate);
    for (std::size_t i = 0; i < bounds.size(); i += 2) {
      const std::size_t end = bounds[i + 1] == 0 ? cells : cell_from(bounds[i + 1]);
      for (std::size_t cell = cell_from(bounds[i]); cell < end; ++cell) holds[cell] = true;
    }
    for (std::size_t cell = 0; cell < cells; ++cell) {
      if (holds[cell] == all) continue;
      for (const std::uint32_t position : each.positions) assign(made.rows, cell * words, position, !all);
    }
  }
  numbers.push_back(std::move(made));
}

void RowSet::add_texts(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table) {
  Texts made;
  made.attribute = attribute;
  made.uses = uses_of(users);
  std::set<std::uint32_t> atoms;
  for (const Users& each : users) {
    made.conditions.push_back({table.entries[each.predicate].kind == Kind::none, atoms_of(table, each.predicate), each.positions});
    atoms.insert(made.conditions.back().atoms.begin(), made.conditions.back().atoms.end());
  }
  made.atoms.assign(atoms.begin(), atoms.end());
  texts.push_back(std::move(made));
}

void RowSet::add_lists(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table) {
  Lists made;
  made.attribute = attribute;
  made.uses = uses_of(users);
  made.asks = row(false);
  made.excludes = row(false);
  made.number_of_atom.resize(table.word_atoms);
  made.any.emplace_back();
  made.none.emplace_back();
  for (const Users& each : users) {
    const bool none = table.entries[each.predicate].kind == Kind::none;
    for (const std::uint32_t position : each.positions) assign(none ? made.excludes : made.asks, 0, position, true);
    for (const std::uint32_t atom : atoms_of(table, each.predicate)) {
      std::uint32_t& number = made.number_of_atom[atom];
      if (number == 0) {
        number = static_cast<std::uint32_t>(made.any.size());
        made.any.push_back(row(false));
        made.none.push_back(row(false));
      }
      for (const std::uint32_t position : each.positions) assign((none ? made.none : made.any)[number], 0, position, true);
    }
  }
  lists.push_back(std::move(made));
}

std::size_t RowSet::bytes() const {
  std::size_t sum = 0;
  for (const Numbers& each : numbers) sum += each.rows.size() + each.uses.size() + each.edges.capacity() * sizeof(Key);
  for (const Texts& each : texts) {
    sum += each.uses.size();
    for (const Texts::Condition& condition : each.conditions)
      sum += sizeof(condition) + (condition.atoms.capacity() + condition.positions.capacity()) * sizeof(std::uint32_t);
  }
  for (const Lists& each : lists)
    sum += (each.any.size() * 2 + 3) * words * sizeof(std::uint64_t) + each.number_of_atom.capacity() * sizeof(std::uint32_t);
  return sum;
}

std::size_t BoundTexts::bytes(const RowSet& set) const {
  std::size_t sum = 0;
  for (const Text& text : texts)
    sum += text.cells.size() * set.words * sizeof(std::uint64_t) + text.row_of_set.capacity() * sizeof(std::uint64_t*);
  return sum;
}

BoundTexts bind(const RowSet& set, const std::vector<std::shared_ptr<const WordIndex>>& words, const BoundTexts* previous) {
  BoundTexts bound;
  const bool all = set.mode == RowSet::Mode::all;
  for (std::size_t i = 0; i < set.texts.size(); ++i) {
    const RowSet::Texts& rows = set.texts[i];
    const auto& current = words[rows.attribute];
    if (previous && previous->texts[i].words == current) {
      bound.texts.push_back(previous->texts[i]);
      continue;
    }
    BoundTexts::Text text;
    text.words = current;
    if (previous) text.cells = previous->texts[i].cells;
    for (std::uint32_t each = 0; each < current->sets(); ++each) {
      std::vector<std::uint32_t> atoms;
      for (const std::uint32_t atom : current->atoms_of(each))
        if (std::ranges::binary_search(rows.atoms, atom)) atoms.push_back(atom);
      std::ranges::sort(atoms);
      auto& cell = text.cells[atoms];
      if (!cell) {
        Row made = set.row(all);
        for (const RowSet::Texts::Condition& condition : rows.conditions) {
          const bool holds = intersect(condition.atoms, atoms) != condition.none;
          if (holds == all) continue;
          for (const std::uint32_t position : condition.positions) assign(made, 0, position, !all);
        }
        cell = std::make_shared<const Row>(std::move(made));
      }
      text.row_of_set.push_back(cell->as<std::uint64_t>());
    }
    bound.texts.push_back(std::move(text));
  }
  return bound;
}

}  // namespace zhida::matching::engine
