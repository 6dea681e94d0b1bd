#pragma once

#include "domain/campaign/tallies.hpp"
#include "domain/date_time.hpp"

#include <string>

namespace zhida::operators {

/// What becomes of all enterprises when a rule changes, as a JSON object: who enters, who leaves, who becomes unknown, and because of which
/// conditions, those first that decided most by themselves.
std::string impact_json(const campaign::ImpactTally& impact, domain::Date asof);

}  // namespace zhida::operators
