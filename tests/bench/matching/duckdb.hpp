#pragma once

#include "bench/matching/workload.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace zhida::bench {

/// What DuckDB says of some rules over all profiles.
struct DuckdbAnswers {
  struct Counts {
    std::uint64_t eligible = 0, unknown = 0;
  };
  std::string version;         ///< and the types that it was fastest with
  double seconds = 0;          ///< CPU time of one round over all rules, counting who is eligible; the best of three
  std::vector<Counts> counts;  ///< by rule
};

/// A rule as SQL over a table with a column for each attribute, NULL where it is missing.
std::string to_sql(const Rule& rule, const Rules& rules, const std::vector<Attribute>& attributes);

/// Hands the profiles (as CSV) and the rules of these numbers (as SQL) to `command`, which is called with a folder of them: see
/// audience_in_duckdb.py. Throws when it fails.
DuckdbAnswers ask_duckdb(const std::string& command, const std::vector<Attribute>& attributes, const Rules& rules,
                         const std::vector<std::size_t>& numbers, const Profiles& profiles);

}  // namespace zhida::bench
