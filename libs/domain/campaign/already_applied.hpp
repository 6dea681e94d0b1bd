#pragma once

#include "domain/campaign/compiled_campaign.hpp"
#include "domain/date_time.hpp"
#include "domain/delivery/ledger.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace zhida::campaign {

/// Since when an application for an item is one for what can be had now.
struct AppliedSince {
  std::uint64_t item = 0;  ///< delivery::hash_of its id
  domain::Instant since{};
};

/// How far back applications count for an item whose window does not say when it began.
inline constexpr std::chrono::days applications_count{365};

/// Of every item of the campaign, as seen from `date`: since its window began, the open one or else the next; 365 days back where it has
/// none. So an item that can be had every year may be pushed again for its next window to those who had it in the last.
std::vector<AppliedSince> applied_since(const CompiledCampaign& campaign, domain::Date date);

/// Whether the enterprise has applied for, or got, every one of the items since then: pushing them would tell it nothing. An application
/// that was rejected does not count; false for no items.
bool already_applied(const delivery::Ledger& ledger, std::span<const AppliedSince> items);

}  // namespace zhida::campaign
