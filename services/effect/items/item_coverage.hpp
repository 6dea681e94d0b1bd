#pragma once

#include "domain/policy/check.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

namespace zhida::effect_service {

/// Where the enterprises stand that are eligible for an item now: eligible = reached + Σ not_reached + not_pushed.
struct ItemCoverage {
  std::int64_t eligible = 0;
  std::int64_t manual = 0;   ///< would be eligible if an office found so: not among the eligible
  std::int64_t unknown = 0;  ///< facts are missing
  std::int64_t reached = 0;  ///< an impression or seen of the item, or of a package that holds it
  /// Pushed and not reached, by why: `not_opened` (delivered), `open` (under way), a suppression reason, or how the intent ended.
  /// Of several intents the one that came furthest counts.
  std::map<std::string, std::int64_t> not_reached;
  std::int64_t not_pushed = 0;  ///< no campaign decided on them
};

/// Campaigns that hold the item → its number in their packages, from 1.
using ItemPlaces = std::unordered_map<delivery::CampaignNumber, std::uint16_t>;

/// Decides the item for every profile on `date`, and looks up what became of the eligible ones; leaves the executor to others every few
/// milliseconds. Everything referred to must live until the end. Error: `unavailable`.
boost::asio::awaitable<boost::system::result<ItemCoverage>> measure_coverage(const stores::ProfileStore& profiles,
                                                                             stores::DeliveriesReader& deliveries,
                                                                             const policy::CompiledItem& item, domain::Date date,
                                                                             const ItemPlaces& places);

}  // namespace zhida::effect_service
