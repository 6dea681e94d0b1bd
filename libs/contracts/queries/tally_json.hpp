#pragma once

#include "contracts/json.hpp"
#include "contracts/queries/query.hpp"
#include "domain/campaign/tallies.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace zhida::contracts {

/// The answer to a Question, by the same index.
using Tally = std::variant<campaign::RuleTally, campaign::AudienceTally, campaign::ImpactTally>;

std::string to_json(const Tally& tally);
/// `kind`: the index of the question that was asked.
Checked<Tally> read_tally(std::string_view json, std::size_t kind);

}  // namespace zhida::contracts
