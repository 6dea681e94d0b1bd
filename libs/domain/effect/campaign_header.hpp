#pragma once

#include "domain/delivery/facts.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zhida::effect {

using delivery::CampaignNumber;

/// What folds need to know of one item of a campaign.
struct HeaderItem {
  std::string id;
  std::uint32_t version = 0;
  std::string exclusive_group;         ///< empty = none
  std::uint16_t conversion_days = 30;  ///< an application so many days after delivery is still credited
  std::uint64_t key = 0;               ///< delivery::hash_of(id)
  std::uint64_t group = 0;             ///< delivery::hash_of(exclusive_group), 0 = none

  friend bool operator==(const HeaderItem&, const HeaderItem&) = default;
};

/// What the intents blocks of a campaign say about it, so that partition folds never read the catalogue. A running campaign keeps
/// what was approved, so every block says the same; the earliest place wins.
struct CampaignHeader {
  CampaignNumber campaign = 0;
  delivery::Place place;
  std::vector<HeaderItem> items;

  friend bool operator==(const CampaignHeader&, const CampaignHeader&) = default;
};

HeaderItem header_item(std::string_view id, std::uint32_t version, std::string_view exclusive_group, std::uint16_t conversion_days);

std::string encode(const CampaignHeader& header);

/// Errors: `bad_message`.
boost::system::result<CampaignHeader> decode_campaign_header(std::string_view bytes);

/// The headers one fold has seen.
class CampaignHeaders {
 public:
  /// True if it is new or earlier than what was known.
  bool fold(CampaignHeader header);

  /// Null while no block of the campaign is folded. Valid until the next `fold`.
  const CampaignHeader* find(CampaignNumber campaign) const;

  const std::unordered_map<CampaignNumber, CampaignHeader>& all() const { return headers_; }

 private:
  std::unordered_map<CampaignNumber, CampaignHeader> headers_;
};

}  // namespace zhida::effect
