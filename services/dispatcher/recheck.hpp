#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "domain/campaign/compiled_campaign.hpp"
#include "domain/campaign/still_offered.hpp"
#include "domain/delivery/ledger.hpp"
#include "stores/profiles/profile_store.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace zhida::dispatcher {

/// What is to be done with the open intents of a campaign.
enum class Action : std::uint8_t { deliver, hold, cancel, expire };

Action action_of(const campaign::Campaign& campaign, domain::Instant now);

/// Looks at open intents a last time before they are sent.
class Recheck {
 public:
  /// What holds for the whole block.
  struct Block {
    const campaign::CompiledCampaign* compiled = nullptr;  ///< needed to deliver
    delivery::Place place;                                 ///< of the block; `index` does not matter
    Action action = Action::hold;
    campaign::StillOffered offered;     ///< of `compiled`, as seen from now
    std::optional<domain::Date> again;  ///< the audience is to be evaluated again, on this day
  };

  explicit Recheck(const stores::ProfileStore& profiles) : profiles_(profiles), slots_(profiles.dictionary().size()) {}

  /// The receipt of a decided fact; nothing if the ledger knows it closed, or decided elsewhere.
  std::optional<contracts::Receipt> receipt(const Block& block, delivery::IntentKeyView key, const contracts::DecidedFact& fact,
                                            const delivery::Ledger& ledger);

 private:
  bool is_in_audience(const campaign::CompiledAudience& audience, const enterprise::Uscc& uscc, domain::Date date);

  const stores::ProfileStore& profiles_;
  std::vector<cel::Value> slots_;
  std::vector<matching::Determination> determinations_;
  campaign::CompiledAudience::Work work_;
};

}  // namespace zhida::dispatcher
