#pragma once

#include "domain/date_time.hpp"
#include "matching/rule.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>

namespace zhida::operators {

/// A rule that is to take another's place.
struct RuleChange {
  matching::Rule before, after;
  domain::Date asof{};
  std::size_t sample = 0;  ///< how many enterprises to name of each kind of change
  std::string region;      ///< only its enterprises count; empty = all
};

/// What becomes of all enterprises when a rule changes: who enters, who leaves, who becomes unknown, and because of which conditions.
class RuleImpact {
 public:
  RuleImpact(const stores::ReferenceData& reference, stores::ProfileColumns& columns) : reference_(reference), columns_(columns) {}

  /// The members of the answer, as a JSON object. Gives way to others when it takes long. The profiles must be ready.
  boost::asio::awaitable<std::string> json(RuleChange change) const;

 private:
  const stores::ReferenceData& reference_;
  stores::ProfileColumns& columns_;
};

}  // namespace zhida::operators
