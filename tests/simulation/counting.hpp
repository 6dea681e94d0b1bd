#pragma once

#include "domain/delivery/facts.hpp"
#include "domain/effect/funnel.hpp"
#include "domain/enterprise/uscc.hpp"
#include "simulation/brokers.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace zhida::simulation {

/// The checker's own count of intents, receipts and engagements, by the records alone.
class Counting {
 public:
  struct Intent {
    bool is_decided = false;
    delivery::State decided = delivery::State::none;
    delivery::Reason reason = delivery::Reason::none;
    delivery::State received = delivery::State::none;  ///< the strongest receipt
    delivery::Reason received_reason = delivery::Reason::none;
    domain::Instant received_at{};
    std::vector<domain::Instant> deliveries;

    delivery::State state() const;
    delivery::Reason final_reason() const;
  };
  using Intents = std::map<enterprise::Uscc, Intent>;

  Counting(const Brokers& brokers, int partitions);

  /// The decided intents of a campaign.
  Intents of(delivery::CampaignNumber campaign) const;
  std::set<delivery::CampaignNumber> campaigns() const;
  std::size_t intents_of(const enterprise::Uscc& uscc) const;
  /// Campaign → partition → how many intents it announced first.
  const std::map<delivery::CampaignNumber, std::map<int, std::uint64_t>>& marks() const { return marks_; }
  /// Ids of the engagements that stand in their enterprise's partition.
  std::set<std::string> engagements() const;
  effect::Funnel funnel(delivery::CampaignNumber campaign) const;

 private:
  struct Engagement {
    delivery::CampaignNumber campaign = 0;
    enterprise::Uscc uscc;
    delivery::EngagementType type = delivery::EngagementType::impression;
  };

  void take_intents(const log::Record& record, int partition, int partitions);
  void take_receipts(const log::Record& record, int partition, int partitions);
  void take_engagement(const log::Record& record, int partition, int partitions);

  std::map<delivery::CampaignNumber, Intents> intents_;
  std::map<delivery::CampaignNumber, std::map<int, std::uint64_t>> marks_;
  std::map<std::string, Engagement> engaged_;
};

/// What two funnels disagree in, of what Counting counts.
std::vector<std::string> differences(const effect::Funnel& counted, const effect::Funnel& served);

}  // namespace zhida::simulation
