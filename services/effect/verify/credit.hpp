#pragma once

#include "effect/verify/campaign_account.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// By outcome: the campaign whose money it is, as an index among the campaigns.
using Owners = std::vector<std::optional<std::size_t>>;

/// Applications, grants without one, and a first payment without either begin a case of an item. All that follows belongs to it until the
/// next begins; but what goes back belongs to the last case in which something was paid. A case is the campaign's that could claim it when
/// one first could: of those that hold the item, showed it to people, and had delivered it by then, the one last clicked, else the one last
/// delivered, else the one of the higher number. `outcomes` stand in order of time.
Owners owners_of(const std::vector<CampaignAccount>& campaigns, const std::vector<delivery::OutcomeFact>& outcomes);

}  // namespace zhida::effect_service::verify
