#pragma once

#include "domain/campaign/campaign.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace zhida::operators {

/// How far a campaign is. Σ by_state = decided always.
struct CampaignProgress {
  std::optional<std::int64_t> audience;  ///< nothing until every partition has decided
  std::int64_t decided = 0;
  std::map<std::string, std::int64_t> by_state;
  std::map<std::string, std::int64_t> by_reason;

  /// `{"audience","decided","by_state","by_reason"}`
  std::string json() const;
};

/// Errors: `unavailable` while the counters are being folded.
boost::asio::awaitable<boost::system::result<CampaignProgress>> read_progress(stores::DeliveriesReader& deliveries,
                                                                              const campaign::Campaign& campaign);

}  // namespace zhida::operators
