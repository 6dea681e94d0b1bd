#pragma once

#include "domain/delivery/ledger.hpp"
#include "domain/effect/campaign_header.hpp"

#include <cstdint>
#include <vector>

namespace zhida::effect {

/// An application that followed a delivery, and the one campaign it is credited to.
struct Conversion {
  CampaignNumber campaign = 0;
  std::uint64_t item = 0;  ///< delivery::hash_of its id
  delivery::Instant at;    ///< of the outcome

  friend bool operator==(const Conversion&, const Conversion&) = default;
};

/// The conversions of one enterprise, per item in order of time.
///
/// An application begins with `applied`, or with `granted` if none was open; a grant or rejection ends it. It converts the campaigns that
/// hold the item, first delivered it at most W days before (W of the item, as approved), and since whose first delivery no other
/// application began. Credited is the campaign last clicked by people (on the package or the item) up to then; without clicks the one last
/// delivered; then the higher number.
std::vector<Conversion> conversions(const delivery::Ledger& ledger, const CampaignHeaders& headers);

}  // namespace zhida::effect
