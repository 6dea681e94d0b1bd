#include "bench/matching/prototype.hpp"

#ifdef __AVX2__
#include <immintrin.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace zhida::bench {
namespace {

struct alignas(64) Mask {
  std::uint64_t words[8];
};
struct Wide {
  __m256i low, high;
};
Wide load(const Mask& mask) {
  const auto* const halves = reinterpret_cast<const __m256i*>(mask.words);
  return {_mm256_load_si256(halves), _mm256_load_si256(halves + 1)};
}
void store(Mask& mask, Wide value) {
  auto* const halves = reinterpret_cast<__m256i*>(mask.words);
  _mm256_store_si256(halves, value.low);
  _mm256_store_si256(halves + 1, value.high);
}
Wide operator&(Wide a, Wide b) { return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)}; }
Wide operator|(Wide a, Wide b) { return {_mm256_or_si256(a.low, b.low), _mm256_or_si256(a.high, b.high)}; }
Wide without(Wide a, Wide b) { return {_mm256_andnot_si256(b.low, a.low), _mm256_andnot_si256(b.high, a.high)}; }
Wide everything() { return {_mm256_set1_epi64x(-1), _mm256_set1_epi64x(-1)}; }
Wide nothing() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
bool empty(Wide a) {
  const __m256i both = _mm256_or_si256(a.low, a.high);
  return _mm256_testz_si256(both, both);
}
std::uint64_t count(Wide a) {
  Mask mask;
  store(mask, a);
  std::uint64_t sum = 0;
  for (const std::uint64_t word : mask.words) sum += static_cast<std::uint64_t>(__builtin_popcountll(word));
  return sum;
}

/// Which of 512 numbers lie between two others.
void between(const std::int32_t* values, std::int32_t least, std::int32_t greatest, Mask& result) {
  const __m256i below = _mm256_set1_epi32(least - 1), above = _mm256_set1_epi32(greatest);
  for (std::size_t word = 0; word < 8; ++word) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const __m256i value = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + word * 64 + i * 8));
      const __m256i held = _mm256_andnot_si256(_mm256_cmpgt_epi32(value, above), _mm256_cmpgt_epi32(value, below));
      bits |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(held)))) << (8 * i);
    }
    result.words[word] |= bits;
  }
}

/// As `between`, without an upper end.
void at_least(const std::int32_t* values, std::int32_t least, Mask& result) {
  const __m256i below = _mm256_set1_epi32(least - 1);
  for (std::size_t word = 0; word < 8; ++word) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const __m256i value = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + word * 64 + i * 8));
      const int held = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(value, below)));
      bits |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(held)) << (8 * i);
    }
    result.words[word] = bits;
  }
}

constexpr std::uint32_t id_bits = 22, id_mask = (1U << id_bits) - 1, group_end = 1U << 30, any_term = 1U << 31;
constexpr std::uint32_t nowhere = 0xFFFFFFFF;

/// Lists one after the other.
struct Lists {
  std::vector<std::uint32_t> offsets{0}, values;
  void add(const std::vector<std::uint32_t>& list) {
    values.insert(values.end(), list.begin(), list.end());
    offsets.push_back(static_cast<std::uint32_t>(values.size()));
  }
};

/// One profile, made ready for single predicates.
struct Ready {
  std::vector<std::int32_t> values;
  std::vector<std::uint64_t> tags;  ///< five words for each attribute of tags
};

}  // namespace

struct Prototype::State {
  const std::vector<Attribute>& attributes;
  const Rules& rules;
  const Profiles& profiles;

  // Predicates of a block: atoms (words, tags, prefixes, thresholds), then predicates made of them.
  std::vector<std::uint32_t> atom_base;
  Lists atoms_of;
  std::vector<std::vector<std::uint32_t>> prefix_atoms;  ///< by attribute: of 2, 3 and 4 digits one after the other
  std::vector<std::pair<std::uint32_t, std::int32_t>> thresholds;
  std::vector<std::uint32_t> lower, upper;  ///< by predicate: thresholds
  std::vector<Mask> atoms, threshold_masks, truth, missing_masks;

  // Rules by shape, the terms of each with the most selective first.
  std::vector<std::vector<Term>> terms_of;
  std::vector<std::uint32_t> code, code_offsets;
  std::vector<std::uint32_t> ids;

  // Rows.
  std::vector<std::vector<std::int32_t>> edges;
  std::size_t row_words = 0;
  std::vector<std::vector<std::uint64_t>> rows, kills, asks_none, uses;
  std::vector<std::size_t> row_order;
  Lists rest;
  std::vector<std::uint64_t> sets;
  std::vector<std::uint32_t> set_of;
  std::vector<std::uint32_t> tag_slot;

  State(const std::vector<Attribute>& a, const Rules& r, const Profiles& p) : attributes(a), rules(r), profiles(p) {}

  std::uint32_t word(std::uint32_t predicate) const { return predicate | rules.predicates[predicate].attribute << id_bits; }
  bool single(const Term& term) const { return term.size() == 1 && term[0].size() == 1; }

  void encode(const Term& term, std::vector<std::uint32_t>& to) const {
    if (single(term)) {
      to.push_back(word(term[0][0]));
      return;
    }
    const std::size_t head = to.size();
    to.push_back(0);
    for (const Group& group : term)
      for (std::size_t i = 0; i < group.size(); ++i) to.push_back(word(group[i]) | (i + 1 == group.size() ? group_end : 0));
    to[head] = any_term | static_cast<std::uint32_t>(to.size() - head - 1);
  }

  void prepare_predicates();
  void prepare_rules(std::uint64_t seed);
  void prepare_rows();
  void decide_predicates(std::size_t base);
  void any(const std::uint32_t* operands, std::uint32_t size, Wide& definite, Wide& possible) const;
  template <class Put>
  void decide_rules(Put&& put);
  Ready ready(std::size_t profile) const;
  int ask(std::uint32_t predicate, const Ready& ready) const;
  int ask_term(const std::uint32_t*& at, const Ready& ready) const;
  Mask column(std::uint32_t predicate, std::size_t base) const;
};

void Prototype::State::prepare_predicates() {
  std::map<std::pair<std::uint32_t, std::int32_t>, std::uint32_t> numbers;
  const auto threshold = [&](std::uint32_t attribute, std::int32_t least) {
    const auto [found, added] = numbers.emplace(std::pair(attribute, least), static_cast<std::uint32_t>(thresholds.size()));
    if (added) thresholds.emplace_back(attribute, least);
    return found->second;
  };
  std::vector<std::uint32_t> sizes(attributes.size());
  prefix_atoms.resize(attributes.size());
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Type type = attributes[i].type;
    if (type == Type::word || type == Type::tags || type == Type::boolean)
      sizes[i] = static_cast<std::uint32_t>(attributes[i].greatest + 1);
    if (type == Type::code) prefix_atoms[i].assign(11'100, nowhere);
  }
  std::vector<std::vector<std::uint32_t>> values;
  for (const Predicate& predicate : rules.predicates) {
    const std::uint32_t a = predicate.attribute;
    values.emplace_back();
    std::uint32_t from = 0, to = 0;
    switch (predicate.op) {
      case Operator::prefix:
        for (const std::int32_t packed : predicate.values) {
          const int length = packed % 10, prefix = packed / 10;
          auto& atom = prefix_atoms[a][static_cast<std::size_t>(length == 2 ? prefix : length == 3 ? 100 + prefix : 1100 + prefix)];
          if (atom == nowhere) atom = sizes[a]++;
          values.back().push_back(atom);
        }
        break;
      case Operator::at_least:
        from = threshold(a, predicate.values[0]);
        break;
      case Operator::at_most:
        from = threshold(a, predicate.values[0] + 1);
        break;
      case Operator::between:
        from = threshold(a, predicate.values[0]);
        to = threshold(a, predicate.values[1] + 1);
        break;
      default:
        for (const std::int32_t value : predicate.values) values.back().push_back(static_cast<std::uint32_t>(value));
    }
    lower.push_back(from);
    upper.push_back(to);
  }
  std::uint32_t sum = 0;
  for (const std::uint32_t size : sizes) {
    atom_base.push_back(sum);
    sum += size;
  }
  atom_base.push_back(sum);
  for (std::size_t k = 0; k < values.size(); ++k) {
    for (std::uint32_t& value : values[k]) value += atom_base[rules.predicates[k].attribute];
    atoms_of.add(values[k]);
  }
  atoms.resize(sum);
  threshold_masks.resize(thresholds.size());
  truth.resize(rules.predicates.size());
  missing_masks.resize(attributes.size());
}

void Prototype::State::decide_predicates(std::size_t base) {
  std::memset(missing_masks.data(), 0, missing_masks.size() * sizeof(Mask));
  std::memset(atoms.data(), 0, atoms.size() * sizeof(Mask));
  for (std::size_t a = 0; a < attributes.size(); ++a) {
    const std::int32_t* const values = profiles.columns[a].data() + base;
    at_least(values, missing + 1, missing_masks[a]);
    for (std::uint64_t& bits : missing_masks[a].words) bits = ~bits;
    Mask* const own = atoms.data() + atom_base[a];
    const auto mark = [&](std::size_t atom, std::size_t j) { own[atom].words[j / 64] |= std::uint64_t{1} << (j % 64); };
    switch (attributes[a].type) {
      case Type::word:
      case Type::boolean:
        for (std::size_t j = 0; j < 512; ++j)
          if (values[j] >= 0) mark(static_cast<std::size_t>(values[j]), j);
        break;
      case Type::tags:
        for (std::size_t j = 0; j < 512; ++j)
          for (std::uint32_t at = profiles.offsets[a][base + j]; at < profiles.offsets[a][base + j + 1]; ++at)
            mark(profiles.tags[a][at], j);
        break;
      case Type::code:
        for (std::size_t j = 0; j < 512; ++j) {
          if (values[j] < 0) continue;
          for (const std::int32_t slot : {values[j] / 100, 100 + values[j] / 10, 1100 + values[j]})
            if (const std::uint32_t atom = prefix_atoms[a][static_cast<std::size_t>(slot)]; atom != nowhere) mark(atom, j);
        }
        break;
      default:
        break;
    }
  }
  for (std::size_t k = 0; k < thresholds.size(); ++k)
    at_least(profiles.columns[thresholds[k].first].data() + base, thresholds[k].second, threshold_masks[k]);
  for (std::size_t k = 0; k < truth.size(); ++k) {
    const Predicate& predicate = rules.predicates[k];
    const std::uint32_t *atom = atoms_of.values.data() + atoms_of.offsets[k], *const end = atoms_of.values.data() + atoms_of.offsets[k + 1];
    const Mask& gone = missing_masks[predicate.attribute];
    Wide result = nothing();
    switch (predicate.op) {
      case Operator::in:
      case Operator::prefix:
      case Operator::any:
        for (; atom < end; ++atom) result = result | load(atoms[*atom]);
        break;
      case Operator::not_in:
      case Operator::none:
        result = load(gone);
        for (; atom < end; ++atom) result = result | load(atoms[*atom]);
        result = without(everything(), result);
        break;
      case Operator::all:
        result = everything();
        for (; atom < end; ++atom) result = result & load(atoms[*atom]);
        break;
      case Operator::at_least:
        result = load(threshold_masks[lower[k]]);
        break;
      case Operator::at_most:
        result = without(everything(), load(threshold_masks[lower[k]]) | load(gone));
        break;
      case Operator::between:
        result = without(load(threshold_masks[lower[k]]), load(threshold_masks[upper[k]]));
        break;
      default:
        result = load(atoms[atom_base[predicate.attribute] + (predicate.op == Operator::is_true ? 1 : 0)]);
    }
    store(truth[k], result);
  }
}

void Prototype::State::prepare_rules(std::uint64_t seed) {
  // The most selective first, by a sample of one block.
  const Profiles sample = make_profiles(attributes, 512, seed, 3);
  std::vector<std::uint32_t> share(rules.predicates.size());
  for (std::size_t k = 0; k < share.size(); ++k)
    for (std::size_t p = 0; p < 512; ++p) share[k] += evaluate(rules.predicates[k], sample, p) != 0;
  const auto share_of = [&](const Term& term) { return single(term) ? share[term[0][0]] : 512U; };
  struct Shaped {
    std::vector<std::uint32_t> code;
    std::uint64_t shape, id;
  };
  std::vector<Shaped> shaped;
  for (std::size_t r = 0; r < rules.rules.size(); ++r) {
    std::vector<Term> terms = rules.rules[r].terms;
    std::ranges::stable_sort(terms, [&](const Term& a, const Term& b) { return share_of(a) < share_of(b); });
    Shaped made{{}, terms.size(), r};
    for (const Term& term : terms) encode(term, made.code);
    terms_of.push_back(std::move(terms));
    for (const std::uint32_t each : made.code) made.shape = made.shape * 4 + (each >> 30U);
    shaped.push_back(std::move(made));
  }
  std::ranges::stable_sort(shaped, {}, &Shaped::shape);
  code_offsets.push_back(0);
  for (const Shaped& each : shaped) {
    code.insert(code.end(), each.code.begin(), each.code.end());
    code_offsets.push_back(static_cast<std::uint32_t>(code.size()));
    ids.push_back(static_cast<std::uint32_t>(each.id));
  }
  code.resize(code.size() + 64);
}

void Prototype::State::any(const std::uint32_t* operands, std::uint32_t size, Wide& definite, Wide& possible) const {
  definite = possible = nothing();
  Wide all = everything(), maybe = everything();
  for (std::uint32_t i = 0; i < size; ++i) {
    const Wide held = load(truth[operands[i] & id_mask]);
    all = all & held;
    maybe = maybe & (held | load(missing_masks[operands[i] >> id_bits & 63U]));
    if ((operands[i] & group_end) == 0) continue;
    definite = definite | all;
    possible = possible | maybe;
    all = maybe = everything();
  }
}

template <class Put>
void Prototype::State::decide_rules(Put&& put) {
  const std::uint32_t* const words = code.data();
  for (std::size_t rule = 0; rule + 1 < code_offsets.size(); ++rule) {
    Wide definite = everything(), possible = everything();
    std::uint32_t at = code_offsets[rule];
    const std::uint32_t end = code_offsets[rule + 1];
    for (const std::uint32_t* ahead = words + end + 24; ahead < words + end + 30; ++ahead)
      if ((*ahead & any_term) == 0) _mm_prefetch(reinterpret_cast<const char*>(&truth[*ahead & id_mask]), _MM_HINT_T0);
    while (at < end) {
      const std::uint32_t each = words[at];
      Wide held, maybe;
      if ((each & any_term) == 0) {
        held = load(truth[each & id_mask]);
        maybe = held | load(missing_masks[each >> id_bits & 63U]);
        ++at;
      } else {
        any(words + at + 1, each & id_mask, held, maybe);
        at += (each & id_mask) + 1;
      }
      definite = definite & held;
      possible = possible & maybe;
    }
    put(definite, possible);
  }
}

void Prototype::State::prepare_rows() {
  const std::size_t count = rules.rules.size(), attribute_count = attributes.size();
  row_words = (count + 511) / 512 * 8;
  edges.resize(attribute_count);
  rows.resize(attribute_count);
  kills.resize(attribute_count);
  asks_none.resize(attribute_count);
  uses.resize(attribute_count);
  tag_slot.assign(attribute_count, 0);
  std::uint32_t slots = 0;
  for (std::size_t a = 0; a < attribute_count; ++a)
    if (attributes[a].type == Type::tags) tag_slot[a] = slots++ * 5;
  for (const Predicate& predicate : rules.predicates) {
    auto& own = edges[predicate.attribute];
    if (predicate.op == Operator::at_least || predicate.op == Operator::between) own.push_back(predicate.values[0]);
    if (predicate.op == Operator::at_most) own.push_back(predicate.values[0] + 1);
    if (predicate.op == Operator::between) own.push_back(predicate.values[1] + 1);
    if (predicate.op == Operator::prefix)
      for (const std::int32_t packed : predicate.values) {
        own.push_back(codes_with(packed).least);
        own.push_back(codes_with(packed).greatest + 1);
      }
    set_of.push_back(static_cast<std::uint32_t>(sets.size()));
    const Type type = attributes[predicate.attribute].type;
    if (type != Type::word && type != Type::tags) continue;
    sets.resize(sets.size() + static_cast<std::size_t>(attributes[predicate.attribute].greatest) / 64 + 1);
    for (const std::int32_t value : predicate.values)
      sets[set_of.back() + static_cast<std::size_t>(value) / 64] |= std::uint64_t{1} << (value % 64);
  }
  std::vector<std::map<std::uint32_t, std::vector<std::uint32_t>>> users(attribute_count);  // by predicate: rules
  std::vector<std::size_t> weight(attribute_count);
  for (std::uint32_t r = 0; r < count; ++r) {
    std::vector<std::uint32_t> other;
    for (const Term& term : rules.rules[r].terms) {
      if (!single(term) || rules.predicates[term[0][0]].op == Operator::all) {
        encode(term, other);
        continue;
      }
      users[rules.predicates[term[0][0]].attribute][term[0][0]].push_back(r);
      ++weight[rules.predicates[term[0][0]].attribute];
    }
    rest.add(other);
  }
  for (std::size_t a = 0; a < attribute_count; ++a) {
    std::ranges::sort(edges[a]);
    edges[a].erase(std::unique(edges[a].begin(), edges[a].end()), edges[a].end());
    const bool worded = attributes[a].type == Type::word || attributes[a].type == Type::boolean || attributes[a].type == Type::tags;
    const std::size_t cells = worded ? static_cast<std::size_t>(attributes[a].greatest + 1) : edges[a].size() + 1;
    const auto set = [](std::vector<std::uint64_t>& bits, std::size_t base, std::uint32_t r) {
      bits[base + r / 64] |= std::uint64_t{1} << (r % 64);
    };
    uses[a].assign(row_words, 0);
    for (const auto& [predicate, own] : users[a])
      for (const std::uint32_t r : own) set(uses[a], 0, r);
    if (attributes[a].type == Type::tags) {
      rows[a].assign(cells * row_words, 0);
      kills[a].assign(cells * row_words, 0);
      asks_none[a].assign(row_words, ~std::uint64_t{0});
      for (const auto& [predicate, own] : users[a])
        for (const std::uint32_t r : own) {
          const bool asks = rules.predicates[predicate].op == Operator::any;
          if (asks) asks_none[a][r / 64] &= ~(std::uint64_t{1} << (r % 64));
          for (const std::int32_t value : rules.predicates[predicate].values)
            set(asks ? rows[a] : kills[a], static_cast<std::size_t>(value) * row_words, r);
        }
      continue;
    }
    rows[a].assign(cells * row_words, ~std::uint64_t{0});
    for (const auto& [predicate, own] : users[a])
      for (std::size_t cell = 0; cell < cells; ++cell) {
        Ready one;
        one.values.assign(attribute_count, missing);
        one.values[a] = worded      ? static_cast<std::int32_t>(cell)
                        : cell == 0 ? (edges[a].empty() ? 0 : edges[a][0] - 1)
                                    : edges[a][cell - 1];
        if (ask(predicate, one) == 1) continue;
        for (const std::uint32_t r : own) rows[a][cell * row_words + r / 64] &= ~(std::uint64_t{1} << (r % 64));
      }
  }
  for (std::size_t a = 0; a < attribute_count; ++a)
    if (!users[a].empty()) row_order.push_back(a);
  std::ranges::stable_sort(row_order, [&](std::size_t a, std::size_t b) { return weight[a] > weight[b]; });
}

Ready Prototype::State::ready(std::size_t profile) const {
  Ready made;
  made.tags.resize(20);
  for (std::size_t a = 0; a < attributes.size(); ++a) {
    made.values.push_back(profiles.columns[a][profile]);
    if (attributes[a].type != Type::tags) continue;
    for (std::uint32_t at = profiles.offsets[a][profile]; at < profiles.offsets[a][profile + 1]; ++at)
      made.tags[tag_slot[a] + profiles.tags[a][at] / 64U] |= std::uint64_t{1} << (profiles.tags[a][at] % 64U);
  }
  return made;
}

int Prototype::State::ask(std::uint32_t number, const Ready& ready) const {
  const Predicate& predicate = rules.predicates[number];
  const std::int32_t value = ready.values[predicate.attribute];
  if (value == missing) return -1;
  const std::uint64_t* const set = sets.data() + set_of[number];
  switch (predicate.op) {
    case Operator::in:
      return static_cast<int>(set[value / 64] >> (value % 64) & 1U);
    case Operator::not_in:
      return static_cast<int>(~set[value / 64] >> (value % 64) & 1U);
    case Operator::at_least:
      return value >= predicate.values[0];
    case Operator::at_most:
      return value <= predicate.values[0];
    case Operator::between:
      return value >= predicate.values[0] && value <= predicate.values[1];
    case Operator::is_true:
      return value == 1;
    case Operator::is_false:
      return value == 0;
    case Operator::prefix:
      for (const std::int32_t packed : predicate.values) {
        const CodeRange range = codes_with(packed);
        if (value >= range.least && value <= range.greatest) return 1;
      }
      return 0;
    default:
      break;
  }
  const std::uint64_t* const tags = ready.tags.data() + tag_slot[predicate.attribute];
  std::uint64_t held = 0, lacking = 0;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(attributes[predicate.attribute].greatest) / 64; ++i) {
    held |= tags[i] & set[i];
    lacking |= set[i] & ~tags[i];
  }
  if (predicate.op == Operator::any) return held != 0;
  return predicate.op == Operator::none ? held == 0 : lacking == 0;
}

int Prototype::State::ask_term(const std::uint32_t*& at, const Ready& ready) const {
  const std::uint32_t head = *at++;
  if ((head & any_term) == 0) return ask(head & id_mask, ready);
  const std::uint32_t* const end = at + (head & id_mask);
  int best = 0;
  while (at < end) {
    int all = 1;
    for (;;) {
      const std::uint32_t each = *at++;
      if (all != 0) {
        const int one = ask(each & id_mask, ready);
        if (one == 0) all = 0;
        if (one < 0) all = -1;
      }
      if ((each & group_end) != 0) break;
    }
    if (all == 1) {
      at = end;
      return 1;
    }
    if (all < 0) best = -1;
  }
  return best;
}

Mask Prototype::State::column(std::uint32_t number, std::size_t base) const {
  const Predicate& predicate = rules.predicates[number];
  const std::uint32_t a = predicate.attribute;
  const std::int32_t* const values = profiles.columns[a].data() + base;
  Mask mask{};
  switch (predicate.op) {
    case Operator::at_least:
      between(values, predicate.values[0], std::numeric_limits<std::int32_t>::max(), mask);
      break;
    case Operator::at_most:
      between(values, missing + 2, predicate.values[0], mask);
      break;
    case Operator::between:
      between(values, predicate.values[0], predicate.values[1], mask);
      break;
    case Operator::is_true:
      between(values, 1, 1, mask);
      break;
    case Operator::is_false:
      between(values, 0, 0, mask);
      break;
    case Operator::prefix:
      for (const std::int32_t packed : predicate.values) between(values, codes_with(packed).least, codes_with(packed).greatest, mask);
      break;
    case Operator::in:
    case Operator::not_in: {
      const std::uint64_t* const set = sets.data() + set_of[number];
      const std::uint64_t turned = predicate.op == Operator::not_in;
      for (std::size_t j = 0; j < 512; ++j) {
        const std::uint64_t known = values[j] >= 0;
        const auto value = static_cast<std::uint32_t>(known ? values[j] : 0);
        mask.words[j / 64] |= (((set[value / 64] >> (value % 64)) & 1U) ^ turned) * known << (j % 64);
      }
      break;
    }
    default: {
      const std::uint64_t* const set = sets.data() + set_of[number];
      for (std::size_t j = 0; j < 512; ++j) {
        if (values[j] == missing) continue;
        std::size_t held = 0;
        for (std::uint32_t at = profiles.offsets[a][base + j]; at < profiles.offsets[a][base + j + 1]; ++at)
          held += set[profiles.tags[a][at] / 64U] >> (profiles.tags[a][at] % 64U) & 1U;
        const bool yes = predicate.op == Operator::any    ? held > 0
                         : predicate.op == Operator::none ? held == 0
                                                          : held == predicate.values.size();
        mask.words[j / 64] |= std::uint64_t{yes} << (j % 64);
      }
    }
  }
  return mask;
}

Prototype::Prototype(const std::vector<Attribute>& attributes, const Rules& rules, const Profiles& profiles, std::uint64_t seed)
    : state_(std::make_unique<State>(attributes, rules, profiles)) {
  state_->prepare_predicates();
  state_->prepare_rules(seed);
  state_->prepare_rows();
}
Prototype::Prototype() = default;
Prototype::~Prototype() = default;
std::unique_ptr<Prototype> Prototype::copy() const {
  std::unique_ptr<Prototype> made(new Prototype());
  made->state_ = std::make_unique<State>(*state_);
  return made;
}
bool Prototype::available() { return __builtin_cpu_supports("avx2"); }
std::size_t Prototype::blocks() const { return state_->profiles.count / 512; }

void Prototype::cross(std::size_t block, Sums& sums) {
  state_->decide_predicates(block * 512);
  state_->decide_rules([&](Wide definite, Wide possible) {
    sums.definite += count(definite);
    sums.unknown += count(without(possible, definite));
  });
}

void Prototype::cross_ids(std::size_t block, Sums& sums) {
  static std::vector<std::uint32_t> written(std::size_t{1} << 20);
  state_->decide_predicates(block * 512);
  std::size_t size = 0;
  state_->decide_rules([&](Wide definite, Wide) {
    Mask mask;
    store(mask, definite);
    if (size + 512 > written.size()) size = 0;
    const std::size_t before = size;
    for (std::size_t w = 0; w < 8; ++w)
      for (std::uint64_t bits = mask.words[w]; bits != 0; bits &= bits - 1)
        written[size++] = static_cast<std::uint32_t>(block * 512 + w * 64) + static_cast<std::uint32_t>(__builtin_ctzll(bits));
    sums.definite += size - before;
  });
}

void Prototype::page(std::size_t profile, Sums& sums) {
  constexpr std::size_t tile = 64;
  const State& s = *state_;
  const Ready ready = s.ready(profile);
  const std::uint64_t* row[64];
  for (const std::size_t a : s.row_order) {
    const std::int32_t value = ready.values[a];
    if (value == missing || s.attributes[a].type == Type::tags) continue;
    const bool worded = s.attributes[a].type == Type::word || s.attributes[a].type == Type::boolean;
    const auto cell = worded ? value : std::ranges::upper_bound(s.edges[a], value) - s.edges[a].begin();
    row[a] = s.rows[a].data() + static_cast<std::size_t>(cell) * s.row_words;
  }
  alignas(64) std::uint64_t definite[tile], possible[tile], asked[tile], killed[tile];
  for (std::size_t first = 0; first < s.row_words; first += tile) {
    const std::size_t n = std::min(tile, s.row_words - first);
    std::fill_n(definite, n, ~std::uint64_t{0});
    std::fill_n(possible, n, ~std::uint64_t{0});
    for (const std::size_t a : s.row_order) {
      if (ready.values[a] == missing) {
        const std::uint64_t* const use = s.uses[a].data() + first;
        for (std::size_t w = 0; w < n; ++w) definite[w] &= ~use[w];
      } else if (s.attributes[a].type != Type::tags) {
        const std::uint64_t* const own = row[a] + first;
        for (std::size_t w = 0; w < n; ++w) definite[w] &= own[w];
        for (std::size_t w = 0; w < n; ++w) possible[w] &= own[w];
      } else {
        std::copy_n(s.asks_none[a].data() + first, n, asked);
        std::fill_n(killed, n, 0);
        for (std::uint32_t at = s.profiles.offsets[a][profile]; at < s.profiles.offsets[a][profile + 1]; ++at) {
          const std::size_t base = s.profiles.tags[a][at] * s.row_words + first;
          const std::uint64_t *const ask = s.rows[a].data() + base, *const kill = s.kills[a].data() + base;
          for (std::size_t w = 0; w < n; ++w) {
            asked[w] |= ask[w];
            killed[w] |= kill[w];
          }
        }
        for (std::size_t w = 0; w < n; ++w) definite[w] &= asked[w] & ~killed[w];
        for (std::size_t w = 0; w < n; ++w) possible[w] &= asked[w] & ~killed[w];
      }
    }
    for (std::size_t w = 0; w < n; ++w)
      for (std::uint64_t bits = possible[w]; bits != 0; bits &= bits - 1) {
        const std::size_t rule = (first + w) * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
        if (rule >= s.rules.rules.size()) break;
        int answer = (definite[w] >> (rule % 64)) & 1U ? 1 : -1;
        const std::uint32_t *at = s.rest.values.data() + s.rest.offsets[rule], *const end = s.rest.values.data() + s.rest.offsets[rule + 1];
        while (at < end && answer != 0) {
          const int term = s.ask_term(at, ready);
          if (term == 0) answer = 0;
          if (term < 0) answer = -1;
        }
        sums.definite += answer == 1;
        sums.unknown += answer < 0;
      }
  }
}

std::uint64_t Prototype::scan(std::size_t rule) {
  const State& s = *state_;
  std::uint64_t sum = 0;
  for (std::size_t block = 0; block < blocks(); ++block) {
    Wide definite = everything();
    for (const Term& term : s.terms_of[rule]) {
      Wide any = nothing();
      for (const Group& group : term) {
        Wide all = everything();
        for (const std::uint32_t number : group) all = all & load(s.column(number, block * 512));
        any = any | all;
      }
      definite = definite & any;
      if (empty(definite)) break;
    }
    sum += count(definite);
  }
  return sum;
}

}  // namespace zhida::bench

#else

namespace zhida::bench {

struct Prototype::State {};
Prototype::Prototype(const std::vector<Attribute>&, const Rules&, const Profiles&, std::uint64_t) {}
Prototype::Prototype() = default;
Prototype::~Prototype() = default;
std::unique_ptr<Prototype> Prototype::copy() const { return nullptr; }
bool Prototype::available() { return false; }
std::size_t Prototype::blocks() const { return 0; }
void Prototype::cross(std::size_t, Sums&) {}
void Prototype::cross_ids(std::size_t, Sums&) {}
void Prototype::page(std::size_t, Sums&) {}
std::uint64_t Prototype::scan(std::size_t) { return 0; }

}  // namespace zhida::bench

#endif
