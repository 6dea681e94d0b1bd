#pragma once

#include "domain/campaign/already_applied.hpp"
#include "domain/campaign/withdrawal.hpp"
#include "domain/delivery/ledger.hpp"
#include "domain/delivery/state.hpp"

#include <utility>
#include <vector>

namespace zhida::campaign {

/// What is left of a campaign's package when its intents are decided, or sent.
struct StillOffered {
  bool undisclosed = false;           ///< a document of the package is not public any more
  Withdrawal withdrawal;              ///< of items
  std::vector<AppliedSince> applied;  ///< of the items that are left
};

/// Why a campaign is not pushed to one enterprise, `none` if it is; for whoever decides intents and whoever sends them, so that the same
/// enterprise gets the same reason from both. Where nothing is left of the package that is the reason for everybody. Otherwise the first
/// that applies in the order of delivery::Reason: already_applied, ineligible_at_send, item_withdrawn.
///
/// `is_member()`: whether the enterprise is in the audience, as far as that is to be looked at again. `meant_for_withdrawn()`: whether it
/// is so for the sake of withdrawn items alone. Each is asked only if the answer depends on it, in this order.
template <class IsMember, class MeantForWithdrawn>
delivery::Reason reason_against(const StillOffered& offered, const delivery::Ledger& ledger, IsMember&& is_member,
                                MeantForWithdrawn&& meant_for_withdrawn) {
  if (offered.undisclosed || offered.withdrawal.all()) return delivery::Reason::item_withdrawn;
  if (already_applied(ledger, offered.applied)) return delivery::Reason::already_applied;
  if (!std::forward<IsMember>(is_member)()) return delivery::Reason::ineligible_at_send;
  if (offered.withdrawal.any() && std::forward<MeantForWithdrawn>(meant_for_withdrawn)()) return delivery::Reason::item_withdrawn;
  return delivery::Reason::none;
}

}  // namespace zhida::campaign
