#pragma once

#include "bench/matching/random.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

/// A seeded workload of eligibility rules and enterprise profiles, the same on every machine.
///
/// 40 attributes (12 enums, 2 hierarchical four-digit codes, 12 numbers, 4 dates, 4 tag sets, 6 booleans), 18 % of the values missing.
/// Rules of 5 to 8 conditions: 60 % only joined by `all`, 30 % with alternatives, 10 % with `p or (q and r)`; kept when 0.1 to 5 % of a
/// sample match.
namespace zhida::bench {

enum class Type { word, code, number, date, tags, boolean };
inline constexpr std::int32_t missing = std::numeric_limits<std::int32_t>::min();

struct Attribute {
  std::string name;
  Type type;
  std::int32_t least, greatest;
  std::uint32_t missing_per_mille;
  std::vector<std::int32_t> quantiles;   ///< 17 knots, of numbers and dates (days since 1980-01-01)
  std::vector<std::int32_t> thresholds;  ///< the round ones that rules use
  int weight;                            ///< how often rules use it
};
std::vector<Attribute> make_attributes();

struct Profiles {
  std::size_t count = 0;
  std::vector<std::vector<std::int32_t>> columns;   ///< by attribute, by profile; of tags 0 or `missing`
  std::vector<std::vector<std::uint32_t>> offsets;  ///< of tags
  std::vector<std::vector<std::uint16_t>> tags;
};
/// Streams: 1 profiles, 3 the sample by which rules are kept.
Profiles make_profiles(const std::vector<Attribute>& attributes, std::size_t count, std::uint64_t seed, std::uint64_t stream = 1);

/// A value between two of 17 quantiles.
std::int32_t interpolated(const std::vector<std::int32_t>& quantiles, Random& random);

enum class Operator { in, not_in, prefix, at_least, at_most, between, any, none, all, is_true, is_false };
struct Predicate {
  Operator op;
  std::uint32_t attribute;
  std::vector<std::int32_t> values;  ///< a prefix is packed as prefix * 10 + length
  auto operator<=>(const Predicate& other) const = default;
};
/// The codes with a packed prefix.
struct CodeRange {
  std::int32_t least, greatest;
};
CodeRange codes_with(std::int32_t packed);

/// All terms must hold; of a term one group; of a group all predicates.
using Group = std::vector<std::uint32_t>;
using Term = std::vector<Group>;
struct Rule {
  std::vector<Term> terms;
};
struct Rules {
  std::vector<Predicate> predicates;
  std::vector<Rule> rules;
};
Rules make_rules(const std::vector<Attribute>& attributes, std::size_t count, std::uint64_t seed);

/// The reference: plain recursion in three values. 1 true, 0 false, -1 unknown.
int evaluate(const Predicate& predicate, const Profiles& profiles, std::size_t profile);
int evaluate(const Rules& rules, const Rule& rule, const Profiles& profiles, std::size_t profile);

/// Checksum of a set of pairs: the sum of these.
inline std::uint64_t pair_hash(std::uint32_t rule, std::uint32_t profile) {
  return Random::mixed((std::uint64_t{rule} << 32U | profile) + 0x9e3779b97f4a7c15ULL);
}

}  // namespace zhida::bench
