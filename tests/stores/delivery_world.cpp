#include "stores/delivery_world.hpp"

#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/outcomes/outcome_recorded.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "domain/effect/contribution.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace zhida::test {
namespace {

using namespace std::chrono_literals;
using delivery::Instant;

const Instant long_ago = domain::start_of(domain::Date(std::chrono::year(2026) / 9 / 1));

int pick(std::mt19937& random, int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); }
bool chance(std::mt19937& random, int percent) { return pick(random, 100) < percent; }
Instant moment(std::mt19937& random) { return long_ago + std::chrono::minutes(pick(random, 3 * 24 * 60)); }

log::NewRecord record(std::string topic, int partition, std::string_view type, std::string value, Instant at) {
  log::NewRecord made;
  made.topic = std::move(topic);
  made.partition = partition;
  made.value = std::move(value);
  made.event.id = std::to_string(std::hash<std::string>()(made.value));
  made.event.type = type;
  made.event.source = "test";
  made.event.time_ms = at.time_since_epoch().count();
  return made;
}

contracts::IntentsHeader header_of(delivery::CampaignNumber campaign) {
  contracts::IntentsHeader header;
  header.campaign = campaign;
  header.decided_at = long_ago + std::chrono::hours(campaign);
  for (delivery::CampaignNumber item = 0; item < 1 + campaign % 3; ++item) {
    contracts::IntentItem made;
    made.id = "ITEM-" + std::to_string((campaign + item) % 5);
    made.version = 1;
    made.rule_hash = std::string(64, 'a');
    header.items.push_back(std::move(made));
  }
  return header;
}

delivery::ItemDecision decision(std::mt19937& random) {
  delivery::ItemDecision made;
  made.verdict = static_cast<delivery::Verdict>(pick(random, 4));
  if (chance(random, 60)) made.benefit = 1000 * pick(random, 100);
  return made;
}

void add_intents(std::mt19937& random, const contracts::IntentsHeader& header, int partition, std::vector<enterprise::Uscc> audience,
                 std::vector<log::NewRecord>& into) {
  constexpr std::string_view sizes[] = {"micro", "small", "medium", "large", ""};
  constexpr std::string_view streets[] = {"310117001", "310117002", "310117102", ""};
  const std::string topic = header.campaign % 3 == 0 ? "intents-urgent" : "intents";
  while (!audience.empty()) {
    contracts::IntentsWriter writer(header);
    for (int n = 1 + pick(random, 40); n > 0 && !audience.empty(); --n) {
      std::vector<delivery::ItemDecision> items;
      for (std::size_t i = 0; i < header.items.size(); ++i) items.push_back(decision(random));
      contracts::Facets facets;
      facets.size_class = sizes[pick(random, 5)];
      facets.street = streets[pick(random, 4)];
      const bool suppressed = chance(random, 15);
      writer.add(audience.back(), suppressed ? delivery::State::suppressed : delivery::State::matched,
                 suppressed ? delivery::Reason::opted_out : delivery::Reason::none, facets, items);
      audience.pop_back();
    }
    into.push_back(record(topic, partition, contracts::IntentsWriter::type, writer.finish(), header.decided_at));
    if (chance(random, 5)) into.push_back(into.back());
  }
}

void add_receipts(std::mt19937& random, const contracts::IntentsHeader& header, int partition,
                  const std::vector<enterprise::Uscc>& audience, std::vector<log::NewRecord>& into) {
  constexpr delivery::State states[] = {delivery::State::queued, delivery::State::sent, delivery::State::delivered,
                                        delivery::State::delivered, delivery::State::permanent_failure};
  for (std::size_t at = 0; at < audience.size();) {
    contracts::ReceiptsRecorded block;
    block.header.campaign = header.campaign;
    block.header.at = moment(random);
    for (int n = 1 + pick(random, 60); n > 0 && at < audience.size(); --n, ++at) {
      contracts::Receipt receipt;
      receipt.uscc = audience[at];
      receipt.state = states[pick(random, 5)];
      receipt.attempt = delivery::is_closed(receipt.state) ? 0 : 1;
      block.facts.push_back(receipt);
    }
    const std::string topic = header.campaign % 3 == 0 ? "receipts-urgent" : "receipts";
    into.push_back(record(topic, partition, contracts::ReceiptsRecorded::type, contracts::to_json(block), block.header.at));
    if (chance(random, 5)) into.push_back(into.back());
  }
}

void add_engagements(std::mt19937& random, const contracts::IntentsHeader& header, int partition,
                     const std::vector<enterprise::Uscc>& audience, std::vector<log::NewRecord>& into) {
  for (const enterprise::Uscc& uscc : audience) {
    for (int n = pick(random, 3); n > 0; --n) {
      contracts::EngagementRecorded event;
      event.id = "event-" + std::to_string(random());
      event.campaign = header.campaign;
      event.uscc = uscc;
      event.part = static_cast<std::uint16_t>(pick(random, static_cast<int>(header.items.size()) + 1));
      if (event.part != 0) event.item = header.items[event.part - 1U].id;
      event.type = static_cast<delivery::EngagementType>(pick(random, 4));
      if (event.type == delivery::EngagementType::click) event.link = 1;
      event.at = moment(random);
      if (chance(random, 10)) event.machine = contracts::MachineMark{"prefetch", 1};
      into.push_back(record("engagements", partition, contracts::EngagementRecorded::type_name, contracts::to_json(event), event.at));
      if (chance(random, 20)) into.push_back(into.back());
    }
  }
}

void add_outcomes(std::mt19937& random, const contracts::IntentsHeader& header, int partition,
                  const std::vector<enterprise::Uscc>& audience, std::vector<log::NewRecord>& into) {
  for (const enterprise::Uscc& uscc : audience) {
    if (!chance(random, 30)) continue;
    contracts::OutcomeRecorded event;
    event.id = "outcome-" + std::to_string(random());
    event.uscc = uscc;
    event.item = header.items.front().id;
    event.type = static_cast<delivery::OutcomeType>(pick(random, 6));
    event.at = moment(random) + 48h;
    if (chance(random, 70)) event.amount_fen = 100 * pick(random, 10'000);
    into.push_back(record("outcomes", partition, contracts::OutcomeRecorded::type_name, contracts::to_json(event), event.at));
  }
}

}  // namespace

log::Layout delivery_layout() {
  log::Layout layout;
  for (const char* name : {"intents", "intents-urgent", "receipts", "receipts-urgent", "engagements", "outcomes", "dead-letters"})
    layout.push_back({name, world_partitions, log::Retention::forever()});
  return layout;
}

enterprise::Uscc random_uscc(std::mt19937& random) {
  std::string text = "91310117";
  while (text.size() < 17) text += enterprise::Uscc::alphabet[static_cast<std::size_t>(pick(random, 31))];
  return *enterprise::Uscc::make(text);
}

std::vector<log::NewRecord> random_history(std::mt19937& random, std::size_t enterprises, std::size_t campaigns) {
  std::vector<std::vector<enterprise::Uscc>> by_partition(static_cast<std::size_t>(world_partitions));
  for (std::size_t i = 0; i < enterprises; ++i) {
    const enterprise::Uscc uscc = random_uscc(random);
    by_partition[static_cast<std::size_t>(enterprise::partition_of(uscc, world_partitions))].push_back(uscc);
  }
  std::vector<log::NewRecord> history;
  for (std::size_t number = 1; number <= campaigns; ++number) {
    const contracts::IntentsHeader header = header_of(static_cast<delivery::CampaignNumber>(number));
    for (int partition = 0; partition < world_partitions; ++partition) {
      std::vector<enterprise::Uscc> audience;
      for (const enterprise::Uscc& uscc : by_partition[static_cast<std::size_t>(partition)])
        if (chance(random, 70)) audience.push_back(uscc);
      add_intents(random, header, partition, audience, history);
      add_receipts(random, header, partition, audience, history);
      add_receipts(random, header, partition, audience, history);
      add_engagements(random, header, partition, audience, history);
      add_outcomes(random, header, partition, audience, history);
    }
  }
  std::ranges::shuffle(history, random);
  return history;
}

boost::asio::awaitable<ExpectedState> expected_state(log::EventLog& log, int partition) {
  ExpectedState state;
  // The opposite of the order in which the fold drains them.
  for (const std::string topic : {"outcomes", "engagements", "receipts", "receipts-urgent", "intents", "intents-urgent"}) {
    log::Offset next = 0;
    for (;;) {
      const boost::system::result<log::Batch> batch = co_await log.read(topic, partition, next);
      if (batch->records.empty()) break;
      next = batch->next;
      for (const log::RecordPtr& read : batch->records) {
        if (read->event.type == contracts::IntentsWriter::type) {
          const auto block = contracts::read_intents_decided(read->value);
          if (!block) continue;
          delivery::Place place;
          place.urgent = topic == "intents-urgent";
          place.offset = static_cast<std::uint64_t>(read->offset);
          state.headers.fold(block->campaign_header(place));
          for (const contracts::DecidedFact& fact : block->facts())
            delivery::apply(state.ledgers[fact.uscc], fact.fact(block->header(), place));
        } else if (read->event.type == contracts::ReceiptsRecorded::type) {
          const auto block = contracts::read_receipts_recorded(read->value);
          if (!block) continue;
          for (const contracts::Receipt& receipt : block->facts) delivery::apply(state.ledgers[receipt.uscc], block->fact(receipt));
        } else if (read->event.type == contracts::EngagementRecorded::type_name) {
          const auto event = contracts::read_engagement_recorded(read->value);
          if (event) delivery::apply(state.ledgers[event->uscc], event->fact(Instant(std::chrono::milliseconds(read->event.time_ms))));
        } else if (read->event.type == contracts::OutcomeRecorded::type_name) {
          const auto event = contracts::read_outcome_recorded(read->value);
          if (event) delivery::apply(state.ledgers[event->uscc], event->fact());
        }
      }
    }
  }
  for (const auto& [uscc, ledger] : state.ledgers) {
    effect::contribute(state.counters, ledger, state.headers);
    for (const delivery::IntentRecord& intent : ledger.intents)
      if (intent.decision && !delivery::is_closed(intent.status().state))
        ++state.open[intent.key.campaign][{intent.decision->place.urgent, intent.decision->place.offset}];
  }
  co_return state;
}

}  // namespace zhida::test
