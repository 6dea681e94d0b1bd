#include "simulation/counting.hpp"

#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "contracts/topics.hpp"

#include <tuple>

namespace zhida::simulation {
namespace {

namespace topics = contracts::topics;
using delivery::EngagementType;
using delivery::Reason;
using delivery::State;

auto strength(State state) { return std::pair(delivery::is_closed(state), delivery::rank(state)); }

}  // namespace

State Counting::Intent::state() const { return strength(received) > strength(decided) ? received : decided; }

Reason Counting::Intent::final_reason() const { return strength(received) > strength(decided) ? received_reason : reason; }

Counting::Counting(const Brokers& brokers, int partitions) {
  for (int p = 0; p < partitions; ++p) {
    for (const std::string_view topic : {topics::intents, topics::intents_urgent})
      for (const log::RecordPtr& record : brokers.records(topic, p)) take_intents(*record, p, partitions);
    for (const std::string_view topic : {topics::receipts, topics::receipts_urgent})
      for (const log::RecordPtr& record : brokers.records(topic, p)) take_receipts(*record, p, partitions);
    for (const log::RecordPtr& record : brokers.records(topics::engagements, p)) take_engagement(*record, p, partitions);
  }
}

void Counting::take_intents(const log::Record& record, int partition, int partitions) {
  if (record.event.type == contracts::PartitionDecided::type) {
    const auto mark = contracts::read_partition_decided(record.value);
    if (mark) marks_[mark->campaign].try_emplace(partition, mark->intents);
    return;
  }
  if (record.event.type != contracts::IntentsWriter::type) return;
  const auto block = contracts::read_intents_decided(record.value);
  if (!block) return;
  const auto marks = marks_.find(block->header().campaign);
  if (marks != marks_.end() && marks->second.contains(partition)) return;  // the partition was decided before
  for (const contracts::DecidedFact& fact : block->facts()) {
    if (enterprise::partition_of(fact.uscc, partitions) != partition) continue;
    Intent& intent = intents_[block->header().campaign][fact.uscc];
    if (intent.is_decided) continue;  // the first counts
    intent.is_decided = true;
    intent.decided = fact.state;
    intent.reason = fact.reason;
  }
}

void Counting::take_receipts(const log::Record& record, int partition, int partitions) {
  if (record.event.type != contracts::ReceiptsRecorded::type) return;
  const auto block = contracts::read_receipts_recorded(record.value);
  if (!block) return;
  for (const contracts::Receipt& receipt : block->facts) {
    if (enterprise::partition_of(receipt.uscc, partitions) != partition) continue;
    Intent& intent = intents_[block->header.campaign][receipt.uscc];
    if (receipt.state == State::delivered) intent.deliveries.push_back(block->header.at);
    const auto order = [](State state, domain::Instant at, Reason reason) {  // of equals the earlier, then the lower reason
      return std::tuple(strength(state), -at.time_since_epoch().count(), -static_cast<int>(reason));
    };
    if (intent.received != State::none &&
        order(receipt.state, block->header.at, receipt.reason) <= order(intent.received, intent.received_at, intent.received_reason))
      continue;
    intent.received = receipt.state;
    intent.received_reason = receipt.reason;
    intent.received_at = block->header.at;
  }
}

void Counting::take_engagement(const log::Record& record, int partition, int partitions) {
  const auto event = contracts::read_engagement_recorded(record.value);
  if (!event || enterprise::partition_of(event->uscc, partitions) != partition) return;
  engaged_.try_emplace(event->id, Engagement{event->campaign, event->uscc, event->type});
}

Counting::Intents Counting::of(delivery::CampaignNumber campaign) const {
  Intents decided;
  if (const auto found = intents_.find(campaign); found != intents_.end())
    for (const auto& [uscc, intent] : found->second)
      if (intent.is_decided) decided.emplace(uscc, intent);
  return decided;
}

std::set<delivery::CampaignNumber> Counting::campaigns() const {
  std::set<delivery::CampaignNumber> found;
  for (const auto& [number, intents] : intents_)
    if (!of(number).empty()) found.insert(number);
  return found;
}

std::size_t Counting::intents_of(const enterprise::Uscc& uscc) const {
  std::size_t count = 0;
  for (const auto& [number, intents] : intents_) {
    const auto found = intents.find(uscc);
    if (found != intents.end() && found->second.is_decided) ++count;
  }
  return count;
}

std::set<std::string> Counting::engagements() const {
  std::set<std::string> ids;
  for (const auto& [id, event] : engaged_) ids.insert(id);
  return ids;
}

effect::Funnel Counting::funnel(delivery::CampaignNumber campaign) const {
  effect::Funnel funnel;
  const Intents intents = of(campaign);
  for (const auto& [uscc, intent] : intents) {
    const State state = intent.state();
    const Reason reason = intent.final_reason();
    ++funnel.decided;
    ++funnel.enterprises;
    ++funnel.by_state[static_cast<std::size_t>(state)];
    if (state == State::suppressed) ++funnel.by_reason[static_cast<std::size_t>(reason)];
    if (state == State::delivered) ++funnel.delivered;
    const bool outside =
        state == State::suppressed && (reason == Reason::ineligible_at_send || reason == Reason::already_applied || reason == Reason::test);
    if (!outside) ++funnel.reach_base;
  }
  std::map<enterprise::Uscc, std::set<EngagementType>> done;
  for (const auto& [id, event] : engaged_) {
    if (event.campaign != campaign || !intents.contains(event.uscc)) continue;
    if (event.type == EngagementType::impression) ++funnel.impressions.total;
    if (event.type == EngagementType::click) ++funnel.clicks.total;
    done[event.uscc].insert(event.type);
  }
  for (const auto& [uscc, types] : done) {
    const bool shown = types.contains(EngagementType::impression), clicked = types.contains(EngagementType::click);
    if (shown) ++funnel.impressions.unique;
    if (clicked) ++funnel.clicks.unique;
    if (shown && clicked) ++funnel.clicked_and_shown;
    if (shown || types.contains(EngagementType::seen)) ++funnel.reached;
  }
  return funnel;
}

std::vector<std::string> differences(const effect::Funnel& counted, const effect::Funnel& served) {
  std::vector<std::string> found;
  const auto compare = [&found](std::string what, std::int64_t wanted, std::int64_t is) {
    if (wanted != is) found.push_back(std::move(what) + " is served as " + std::to_string(is) + ", counted as " + std::to_string(wanted));
  };
  compare("decided", counted.decided, served.decided);
  compare("enterprises", counted.enterprises, served.enterprises);
  compare("reach_base", counted.reach_base, served.reach_base);
  compare("delivered", counted.delivered, served.delivered);
  compare("reached", counted.reached, served.reached);
  compare("impressions", counted.impressions.total, served.impressions.total);
  compare("unique impressions", counted.impressions.unique, served.impressions.unique);
  compare("clicks", counted.clicks.total, served.clicks.total);
  compare("unique clicks", counted.clicks.unique, served.clicks.unique);
  compare("clicked and shown", counted.clicked_and_shown, served.clicked_and_shown);
  for (std::size_t i = 0; i < counted.by_state.size(); ++i)
    compare("state " + std::string(domain::name_of(static_cast<State>(i))), counted.by_state[i], served.by_state[i]);
  for (std::size_t i = 0; i < counted.by_reason.size(); ++i)
    compare("reason " + std::string(domain::name_of(static_cast<Reason>(i))), counted.by_reason[i], served.by_reason[i]);
  std::int64_t sum = 0;
  for (const std::int64_t of_state : served.by_state) sum += of_state;
  compare("the sum over states", counted.decided, sum);
  return found;
}

}  // namespace zhida::simulation
