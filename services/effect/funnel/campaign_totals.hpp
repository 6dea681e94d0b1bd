#pragma once

#include "domain/campaign/campaign.hpp"
#include "domain/effect/funnel.hpp"
#include "effect/snapshot_reader.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace zhida::effect_service {

/// A campaign whose totals are wanted.
struct WantedCampaign {
  delivery::CampaignNumber number = 0;  ///< 0: over all campaigns, as far as they are counted so; never decided
  std::vector<std::string> channels{"page"};

  static WantedCampaign of(const campaign::Campaign& campaign);
};

/// The totals of one campaign over all partitions.
struct CampaignTotals {
  /// Intents of all partitions; nothing until each has said that it has decided all its enterprises.
  std::optional<std::int64_t> audience;
  effect::Funnel campaign;
  std::map<std::uint64_t, effect::Funnel> items;  ///< by delivery::hash_of the item's id

  const effect::Funnel& item(std::string_view id) const;
  /// As sentences; empty = all hold.
  std::vector<std::string> broken_invariants() const;
};

struct TotalsReading {
  std::vector<CampaignTotals> campaigns;  ///< as wanted
  stores::FoldedTo folded_to;             ///< the positions of exactly these numbers
};

/// Reads totals and marks in one round trip per partition, whatever the number of campaigns or events.
/// Error: `unavailable`.
boost::asio::awaitable<boost::system::result<TotalsReading>> read_totals(SnapshotReader& reader, std::vector<WantedCampaign> wanted);

}  // namespace zhida::effect_service
