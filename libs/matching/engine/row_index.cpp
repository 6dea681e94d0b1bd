#include "matching/engine/row_index.hpp"

#include <algorithm>
#include <set>

namespace zhida::matching::engine {
namespace {

using Kind = PredicateTable::Kind;
constexpr std::size_t words_in_line = 8;

void set(std::uint64_t* row, std::uint32_t position) { row[position / 64] |= std::uint64_t{1} << (position % 64); }
void clear(std::uint64_t* row, std::uint32_t position) { row[position / 64] &= ~(std::uint64_t{1} << (position % 64)); }

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

Row RowIndex::row(bool all) const {
  Row made(words_ * sizeof(std::uint64_t));
  std::fill_n(made.as<std::uint64_t>(), words_, all ? ~std::uint64_t{0} : 0);
  return made;
}

Row RowIndex::uses(const std::vector<Users>& users) const {
  Row made = row(false);
  for (const Users& each : users)
    for (const std::uint32_t position : each.positions) set(made.as<std::uint64_t>(), position);
  return made;
}

RowIndex::RowIndex(const RuleCode& code, const PredicateTable& table, const Attributes& attributes)
    : words_((code.size() + 64 * words_in_line - 1) / (64 * words_in_line) * words_in_line) {
  std::map<std::uint32_t, std::map<std::uint32_t, std::vector<std::uint32_t>>> positions;  // by attribute, by predicate
  for (const RuleGroup& group : code.groups) {
    if (group.form != RuleGroup::Form::flat) continue;
    for (std::uint32_t rule = 0; rule < group.rules; ++rule)
      for (std::uint32_t i = 0; i < group.row_singles; ++i) {
        const std::uint32_t predicate = code.narrow[group.operands + std::size_t{rule} * group.stride + i] & (most_predicates - 1);
        positions[table.entries[predicate].attribute][predicate].push_back(group.first + rule);
      }
  }
  for (auto& [attribute, by_predicate] : positions) {
    std::vector<Users> users;
    for (auto& [predicate, each] : by_predicate) users.push_back({predicate, std::move(each)});
    switch (attributes.form(attribute)) {
      case Column::Form::words:
        add_words(attribute, users, table);
        break;
      case Column::Form::lists:
        add_lists(attribute, users, table);
        break;
      default:
        add_numbers(attribute, users, table);
    }
  }
}

void RowIndex::add_numbers(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table) {
  NumberRows made;
  made.attribute = attribute;
  made.uses = uses(users);
  std::set<Key> edges;
  for (const Users& each : users)
    for (const std::uint32_t bound : bounds_of(table, each.predicate))
      if (bound != 0 && table.bounds[bound].least != least_key) edges.insert(table.bounds[bound].least);
  made.edges.assign(edges.begin(), edges.end());
  const std::size_t cells = made.edges.size() + 1;
  made.rows = Row(cells * words_ * sizeof(std::uint64_t));
  std::fill_n(made.rows.as<std::uint64_t>(), cells * words_, ~std::uint64_t{0});
  const auto cell_from = [&](std::uint32_t bound) {
    const Key least = table.bounds[bound].least;
    return static_cast<std::size_t>(std::ranges::upper_bound(made.edges, least) - made.edges.begin());
  };
  for (const Users& each : users) {
    std::vector<bool> holds(cells);
    const auto bounds = bounds_of(table, each.predicate);
    for (std::size_t i = 0; i < bounds.size(); i += 2) {
      const std::size_t end = bounds[i + 1] == 0 ? cells : cell_from(bounds[i + 1]);
      for (std::size_t cell = cell_from(bounds[i]); cell < end; ++cell) holds[cell] = true;
    }
    for (std::size_t cell = 0; cell < cells; ++cell) {
      if (holds[cell]) continue;
      std::uint64_t* const to = made.rows.as<std::uint64_t>() + cell * words_;
      for (const std::uint32_t position : each.positions) clear(to, position);
    }
  }
  numbers_.push_back(std::move(made));
}

void RowIndex::add_words(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table) {
  WordRows made;
  made.attribute = attribute;
  made.uses = uses(users);
  std::set<std::uint32_t> atoms;
  for (const Users& each : users) {
    made.conditions.push_back({table.entries[each.predicate].kind == Kind::none, atoms_of(table, each.predicate), each.positions});
    atoms.insert(made.conditions.back().atoms.begin(), made.conditions.back().atoms.end());
  }
  made.atoms.assign(atoms.begin(), atoms.end());
  texts_.push_back(std::move(made));
}

void RowIndex::add_lists(std::uint32_t attribute, const std::vector<Users>& users, const PredicateTable& table) {
  ListRows made;
  made.attribute = attribute;
  made.uses = uses(users);
  made.satisfied = row(true);
  made.number_of_atom.resize(table.word_atoms);
  made.any.emplace_back();
  made.none.emplace_back();
  for (const Users& each : users) {
    const bool none = table.entries[each.predicate].kind == Kind::none;
    for (const std::uint32_t atom : atoms_of(table, each.predicate)) {
      std::uint32_t& number = made.number_of_atom[atom];
      if (number == 0) {
        number = static_cast<std::uint32_t>(made.any.size());
        made.any.push_back(row(false));
        made.none.push_back(row(false));
      }
      for (const std::uint32_t position : each.positions) set((none ? made.none : made.any)[number].as<std::uint64_t>(), position);
    }
    if (none) continue;
    for (const std::uint32_t position : each.positions) clear(made.satisfied.as<std::uint64_t>(), position);
  }
  lists_.push_back(std::move(made));
}

std::size_t RowIndex::bytes() const {
  std::size_t sum = 0;
  for (const NumberRows& each : numbers_) sum += each.rows.size() + each.uses.size() + each.edges.capacity() * sizeof(Key);
  for (const WordRows& each : texts_) {
    sum += each.uses.size();
    for (const auto& condition : each.conditions)
      sum += sizeof(condition) + (condition.atoms.capacity() + condition.positions.capacity()) * sizeof(std::uint32_t);
  }
  for (const ListRows& each : lists_)
    sum += (each.any.size() * 2 + 2) * words_ * sizeof(std::uint64_t) + each.number_of_atom.capacity() * sizeof(std::uint32_t);
  return sum;
}

std::size_t BoundRows::bytes() const {
  std::size_t sum = 0;
  for (const Text& text : texts)
    sum += text.cells.size() * index->words() * sizeof(std::uint64_t) + text.row_of_set.capacity() * sizeof(std::uint64_t*);
  return sum;
}

std::shared_ptr<const BoundRows> BoundRows::bind(std::shared_ptr<const RowIndex> index,
                                                 const std::vector<std::shared_ptr<const WordIndex>>& words,
                                                 const std::shared_ptr<const BoundRows>& previous) {
  auto bound = std::make_shared<BoundRows>();
  bool changed = !previous;
  for (std::size_t i = 0; i < index->texts_.size(); ++i) {
    const RowIndex::WordRows& rows = index->texts_[i];
    const auto& current = words[rows.attribute];
    if (previous && previous->texts[i].words == current) {
      bound->texts.push_back(previous->texts[i]);
      continue;
    }
    changed = true;
    Text text;
    text.words = current;
    if (previous) text.cells = previous->texts[i].cells;
    for (std::uint32_t set = 0; set < current->sets(); ++set) {
      std::vector<std::uint32_t> atoms;
      for (const std::uint32_t atom : current->atoms_of(set))
        if (std::ranges::binary_search(rows.atoms, atom)) atoms.push_back(atom);
      std::ranges::sort(atoms);
      auto& cell = text.cells[atoms];
      if (!cell) {
        Row made = index->row(true);
        for (const auto& condition : rows.conditions)
          if (intersect(condition.atoms, atoms) == condition.none)
            for (const std::uint32_t position : condition.positions) clear(made.as<std::uint64_t>(), position);
        cell = std::make_shared<const Row>(std::move(made));
      }
      text.row_of_set.push_back(cell->as<std::uint64_t>());
    }
    bound->texts.push_back(std::move(text));
  }
  if (!changed) return previous;
  bound->index = std::move(index);
  return bound;
}

}  // namespace zhida::matching::engine
