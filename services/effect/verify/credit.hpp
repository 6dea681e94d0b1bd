#pragma once

#include "effect/verify/campaign_account.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace zhida::effect_service::verify {

/// An application that followed a delivery, and the campaign it is credited to.
struct Conversion {
  std::size_t campaign = 0;  ///< index among the campaigns
  std::uint64_t item = 0;    ///< delivery::hash_of its id
  delivery::Hour hour = 0;
};

/// Each application for an item, or grant without one, credits one of the campaigns that hold the item and delivered it at most W days
/// before and behind the last application: the one last clicked up to then, else the one last delivered, else the one of the higher number.
/// `outcomes` stand in order of time.
std::vector<Conversion> conversions(const std::vector<CampaignAccount>& campaigns, const std::vector<delivery::OutcomeFact>& outcomes);

}  // namespace zhida::effect_service::verify
