#include "bench/matching/workload.hpp"

#include <bit>
#include <map>
#include <set>

namespace zhida::bench {
namespace {

using Values = std::vector<std::int32_t>;

constexpr std::uint32_t province = 0, city = 1, park = 8, legal_status = 9, industry = 12;

class RuleMaker {
 public:
  RuleMaker(const std::vector<Attribute>& attributes, std::uint64_t seed) : attributes_(attributes), random_(seed, 2) {
    int sum = 0;
    for (const Attribute& attribute : attributes) {
      const auto size = static_cast<std::uint32_t>(attribute.greatest + 1);
      threshold_ranks_.emplace_back(std::max<std::uint32_t>(1, static_cast<std::uint32_t>(attribute.thresholds.size())), 1);
      tag_ranks_.emplace_back(attribute.type == Type::tags ? size : 1, 1);
      word_ranks_.emplace_back(attribute.type == Type::word ? size : 1, 10);
      weights_.push_back(sum += attribute.weight);
    }
    named_sets_.resize(attributes.size());
    for (std::uint32_t i = 0; i < attributes.size(); ++i) {
      const Type type = attributes[i].type;
      if (type != Type::word && type != Type::tags && type != Type::code) continue;
      for (int k = 0; k < 120; ++k) named_sets_[i].push_back(fresh_set(i));
    }
  }

  const std::vector<Predicate>& predicates() const { return predicates_; }

  Rule make() {
    Rule rule;
    used_.clear();
    std::uint32_t made = 0;
    const std::uint32_t wanted = 5 + random_.below(4);
    const auto single = [&](std::uint32_t attribute) {
      rule.terms.push_back({{intern(predicate(attribute))}});
      ++made;
      used_.insert(attribute);
    };
    const auto other = [&] { return intern(predicate(pick())); };
    if (random_.percent(70)) {
      const std::uint32_t draw = random_.below(100);
      single(draw < 60 ? province : draw < 85 ? city : park);
    }
    if (random_.percent(55)) single(industry);
    const std::uint32_t shape = random_.below(100);
    if (shape >= 60 && shape < 90) {
      const std::uint32_t alternatives = random_.percent(67) ? 2 : 3;
      Term term;
      for (std::uint32_t j = 0; j < alternatives; ++j) term.push_back({other()});
      rule.terms.push_back(term);
      made += alternatives;
    } else if (shape >= 90) {
      const std::uint32_t x = other(), y = other(), z = other();
      rule.terms.push_back({{x}, {y, z}});
      made += 3;
    }
    while (made < wanted) single(pick());
    return rule;
  }

 private:
  Values fresh_set(std::uint32_t i) {
    const Attribute& attribute = attributes_[i];
    std::set<std::int32_t> set;
    const auto size = static_cast<std::uint32_t>(attribute.greatest + 1);
    const std::uint32_t draw = random_.below(100);
    if (attribute.type == Type::code) return fresh_prefixes();
    std::uint32_t count = 0;
    if (attribute.type == Type::tags) {
      count = draw < 45 ? 1 : draw < 80 ? 2 + random_.below(3) : 5 + random_.below(8);
    } else if (size <= 8) {
      count = 1 + random_.below(size - 1);
    } else {
      count = draw < 35 ? 1 : draw < 75 ? 2 + random_.below(4) : 6 + random_.below(size / 4);
    }
    count = std::min(count, size - 1);
    const Ranks& ranks = attribute.type == Type::tags ? tag_ranks_[i] : word_ranks_[i];
    while (set.size() < count) set.insert(static_cast<std::int32_t>(ranks.draw(random_)));
    return {set.begin(), set.end()};
  }

  Values fresh_prefixes() {
    std::set<std::int32_t> set;
    for (std::uint32_t count = 1 + random_.below(4); count > 0; --count) {
      std::int32_t prefix = static_cast<std::int32_t>(divisions_.draw(random_) + 1);
      const std::uint32_t draw = random_.below(10);
      const int length = draw < 6 ? 2 : draw < 9 ? 3 : 4;
      if (length > 2) prefix = prefix * 10 + static_cast<std::int32_t>(random_.below(6));
      if (length > 3) prefix = prefix * 10 + static_cast<std::int32_t>(random_.below(5));
      set.insert(prefix * 10 + length);
    }
    return {set.begin(), set.end()};
  }

  Values some_set(std::uint32_t i) { return random_.percent(70) ? named_sets_[i][set_ranks_.draw(random_)] : fresh_set(i); }

  std::int32_t threshold(std::uint32_t i) {
    const Attribute& attribute = attributes_[i];
    if (random_.percent(85)) return attribute.thresholds[threshold_ranks_[i].draw(random_)];
    const std::int32_t value = interpolated(attribute.quantiles, random_);
    std::int32_t digits = value < 0 ? -value : value, scale = 1;
    while (digits >= 100) {
      digits /= 10;
      scale *= 10;
    }
    return (value < 0 ? -digits : digits) * scale;
  }

  std::uint32_t intern(Predicate predicate) {
    const auto [found, added] = numbers_.emplace(predicate, static_cast<std::uint32_t>(predicates_.size()));
    if (added) predicates_.push_back(std::move(predicate));
    return found->second;
  }

  Predicate predicate(std::uint32_t i) {
    const Attribute& attribute = attributes_[i];
    switch (attribute.type) {
      case Type::word:
        if (i == legal_status) return {Operator::in, legal_status, {0}};
        if (random_.percent(15)) return {Operator::not_in, i, some_set(i)};
        return {Operator::in, i, some_set(i)};
      case Type::code:
        return {Operator::prefix, i, some_set(i)};
      case Type::boolean:
        return {attribute.name == "in_arrears" || random_.percent(15) ? Operator::is_false : Operator::is_true, i, {}};
      case Type::tags:
        return tags_predicate(i);
      default:
        return range_predicate(i);
    }
  }

  Predicate tags_predicate(std::uint32_t i) {
    if (attributes_[i].name == "violations") return {Operator::none, i, some_set(i)};
    const std::uint32_t draw = random_.below(100);
    if (draw < 82) return {Operator::any, i, some_set(i)};
    if (draw < 92) return {Operator::none, i, some_set(i)};
    Values set = some_set(i);
    if (set.size() > 2) set.resize(2);
    return {Operator::all, i, set};
  }

  Predicate range_predicate(std::uint32_t i) {
    const std::uint32_t draw = random_.below(100);
    const bool cap = attributes_[i].name == "debt_ratio";
    if (draw < 65) return {cap ? Operator::at_most : Operator::at_least, i, {threshold(i)}};
    if (draw < 85) return {cap ? Operator::at_least : Operator::at_most, i, {threshold(i)}};
    std::int32_t low = threshold(i), high = threshold(i);
    if (low > high) std::swap(low, high);
    return {Operator::between, i, {low, high}};
  }

  std::uint32_t pick() {
    for (;;) {
      const int draw = static_cast<int>(random_.below(static_cast<std::uint32_t>(weights_.back())));
      const auto i = static_cast<std::uint32_t>(std::upper_bound(weights_.begin(), weights_.end(), draw) - weights_.begin());
      if (used_.insert(i).second) return i;
    }
  }

  const std::vector<Attribute>& attributes_;
  Random random_;
  std::map<Predicate, std::uint32_t> numbers_;
  std::vector<Predicate> predicates_;
  std::vector<std::vector<Values>> named_sets_;
  std::vector<Ranks> threshold_ranks_, tag_ranks_, word_ranks_;
  Ranks set_ranks_{120, 1}, divisions_{96, 10};
  std::vector<int> weights_;
  std::set<std::uint32_t> used_;
};

/// How many of a sample a rule matches for certain.
class Sample {
 public:
  Sample(const std::vector<Attribute>& attributes, std::uint64_t seed) : profiles_(make_profiles(attributes, size, seed, 3)) {}

  std::size_t matches(const Rule& rule, const std::vector<Predicate>& predicates) {
    Bits all(words, ~std::uint64_t{0});
    for (const Term& term : rule.terms) {
      Bits any(words, 0);
      for (const Group& group : term) {
        Bits together(words, ~std::uint64_t{0});
        for (const std::uint32_t number : group) {
          const Bits& bits = of(number, predicates);
          for (std::size_t w = 0; w < words; ++w) together[w] &= bits[w];
        }
        for (std::size_t w = 0; w < words; ++w) any[w] |= together[w];
      }
      for (std::size_t w = 0; w < words; ++w) all[w] &= any[w];
    }
    std::size_t sum = 0;
    for (const std::uint64_t word : all) sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
  }
  static constexpr std::size_t size = 4096;

 private:
  using Bits = std::vector<std::uint64_t>;
  static constexpr std::size_t words = size / 64;

  const Bits& of(std::uint32_t number, const std::vector<Predicate>& predicates) {
    while (bits_.size() <= number) {
      Bits bits(words);
      for (std::size_t p = 0; p < size; ++p)
        if (evaluate(predicates[bits_.size()], profiles_, p) == 1) bits[p / 64] |= std::uint64_t{1} << (p % 64);
      bits_.push_back(std::move(bits));
    }
    return bits_[number];
  }

  Profiles profiles_;
  std::vector<Bits> bits_;
};

}  // namespace

Rules make_rules(const std::vector<Attribute>& attributes, std::size_t count, std::uint64_t seed) {
  constexpr std::size_t least_per_mille = 1, most_per_mille = 50;
  Sample sample(attributes, seed);
  RuleMaker maker(attributes, seed);
  Rules made;
  while (made.rules.size() < count) {
    Rule rule = maker.make();
    const std::size_t matches = sample.matches(rule, maker.predicates()) * 1000;
    if (matches >= least_per_mille * Sample::size && matches <= most_per_mille * Sample::size) made.rules.push_back(std::move(rule));
  }
  // Predicates of dropped rules go.
  std::map<std::uint32_t, std::uint32_t> kept;
  for (Rule& rule : made.rules)
    for (Term& term : rule.terms)
      for (Group& group : term)
        for (std::uint32_t& number : group) {
          const auto [found, added] = kept.emplace(number, static_cast<std::uint32_t>(made.predicates.size()));
          if (added) made.predicates.push_back(maker.predicates()[number]);
          number = found->second;
        }
  return made;
}

CodeRange codes_with(std::int32_t packed) {
  std::int32_t scale = 1;
  for (std::int32_t length = packed % 10; length < 4; ++length) scale *= 10;
  const std::int32_t least = packed / 10 * scale;
  return {least, least + scale - 1};
}

int evaluate(const Predicate& predicate, const Profiles& profiles, std::size_t profile) {
  const std::int32_t value = profiles.columns[predicate.attribute][profile];
  const Values& values = predicate.values;
  if (value == missing) return -1;
  switch (predicate.op) {
    case Operator::in:
      return std::binary_search(values.begin(), values.end(), value);
    case Operator::not_in:
      return !std::binary_search(values.begin(), values.end(), value);
    case Operator::prefix:
      return std::any_of(values.begin(), values.end(), [&](std::int32_t packed) {
        const CodeRange range = codes_with(packed);
        return value >= range.least && value <= range.greatest;
      });
    case Operator::at_least:
      return value >= values[0];
    case Operator::at_most:
      return value <= values[0];
    case Operator::between:
      return value >= values[0] && value <= values[1];
    case Operator::is_true:
      return value == 1;
    case Operator::is_false:
      return value == 0;
    default:
      break;
  }
  std::size_t held = 0;
  const auto& offsets = profiles.offsets[predicate.attribute];
  for (std::uint32_t i = offsets[profile]; i < offsets[profile + 1]; ++i)
    held += std::binary_search(values.begin(), values.end(), std::int32_t{profiles.tags[predicate.attribute][i]});
  if (predicate.op == Operator::any) return held > 0;
  return predicate.op == Operator::none ? held == 0 : held == values.size();
}

int evaluate(const Rules& rules, const Rule& rule, const Profiles& profiles, std::size_t profile) {
  int all = 1;
  for (const Term& term : rule.terms) {
    int any = 0;
    for (const Group& group : term) {
      int together = 1;
      for (const std::uint32_t number : group) {
        const int one = evaluate(rules.predicates[number], profiles, profile);
        if (one == 0) {
          together = 0;
          break;
        }
        if (one < 0) together = -1;
      }
      if (together == 1) {
        any = 1;
        break;
      }
      if (together < 0) any = -1;
    }
    if (any == 0) return 0;
    if (any < 0) all = -1;
  }
  return all;
}

}  // namespace zhida::bench
