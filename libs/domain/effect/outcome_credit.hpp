#pragma once

#include "domain/effect/campaign_view.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace zhida::effect {

/// For each outcome of the ledger, in its order: which of `views` is credited with its money; nothing if none is. Empty without outcomes.
///
/// Money counts for one campaign, however many pushed the item. Outcomes of an item belong to cases: a case begins with `applied`, with
/// `granted` when no application is open, or with the first payment that nothing came before. Grants and payments belong to the latest
/// case, what is returned or recovered to the latest one that was paid. Credited is, from the first outcome of the case on that any
/// campaign can claim, one of the campaigns that hold the item, reached the enterprise with it, and had delivered it by then: the one last
/// clicked up to then, else the one last delivered, else the one of the higher number. What happened before is nobody's.
std::vector<std::optional<std::size_t>> credited_views(const delivery::Ledger& ledger, std::span<const CampaignView> views);

}  // namespace zhida::effect
