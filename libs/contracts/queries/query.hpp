#pragma once

#include "contracts/json.hpp"
#include "domain/policy/item.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace zhida::contracts {

// Questions about all enterprises, as the operator service asks them of the matchers, who hold the profiles. In each, `sample` is how many
// enterprises to name, and `region` the only one that counts; empty = all.

/// What would a rule select? Answered with campaign::RuleTally.
struct RuleQuestion {
  std::string rule;
  Date date{};
  bool near = false;  ///< also count those that are one condition short
  std::int64_t sample = 0;
  std::string region;
};

/// Whom would a campaign reach? Answered with campaign::AudienceTally.
struct AudienceQuestion {
  std::string campaign;
  std::int64_t revision = 0;
  Date date{};
  std::int64_t sample = 0;
  std::string region;
};

/// What becomes of enterprises when a rule takes another's place? Answered with campaign::ImpactTally.
struct ImpactQuestion {
  struct Side {
    std::string rule;
    std::vector<policy::ManualCondition> manual;  ///< that it may name
  };
  Side before, after;
  Date date{};
  std::int64_t sample = 0;
  std::string region;
};

using Question = std::variant<RuleQuestion, AudienceQuestion, ImpactQuestion>;

/// A question to one matcher.
struct Query {
  Question question;
  std::vector<int> partitions;  ///< of whose enterprises it is asked
  /// By topic and partition, the next offset that the asker would fold: what it knows, the answer must not be without.
  std::map<std::string, std::vector<std::int64_t>, std::less<>> folded;
};

std::string to_json(const Query& query);
Checked<Query> read_query(std::string_view json);

}  // namespace zhida::contracts
