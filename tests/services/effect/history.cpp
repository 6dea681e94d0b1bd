#include "services/effect/history.hpp"

#include "contracts/topics.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace zhida::effect_service {
namespace {

using namespace std::chrono_literals;
namespace topics = contracts::topics;
using delivery::State;
using domain::Instant;

class Past {
 public:
  Past(std::mt19937& random, int enterprises) : random_(random), enterprises_(enterprises) {}

  void add_campaign(delivery::CampaignNumber number) {
    for (int partition = 0; partition < test_partitions; ++partition)
      for (const char* occurrence : {"1", "round-2"}) {
        if (occurrence[0] == 'r' && !chance(30)) continue;
        contracts::IntentsHeader header;
        header.campaign = number;
        header.occurrence = occurrence;
        header.decided_at = decision_time + std::chrono::minutes(17 * static_cast<int>(number) + pick(200));
        for (delivery::CampaignNumber item = 0; item < 1 + number % 4; ++item) {
          contracts::IntentItem made;
          made.id = "ITEM-" + std::to_string((number + item) % 6);
          made.version = 1;
          if (item % 2 == 1) made.exclusive_group = "one-of-them";
          if (item == 2) made.conversion_days = 2;
          header.items.push_back(std::move(made));
        }
        std::vector<enterprise::Uscc> audience;
        for (int i = 0; i < enterprises_; ++i)
          if (chance(60)) audience.push_back(enterprise_in(partition, i));
        add_intents(header, partition, audience);
        add_receipts(header, partition, audience);
        for (const enterprise::Uscc& uscc : audience) add_engagements(header, uscc);
        for (const enterprise::Uscc& uscc : audience) add_outcomes(header, uscc);
        add(mark_of(number, partition, audience.size(), number % 3 == 0));
      }
  }

  void add_rubbish() {
    for (const std::string_view topic : {topics::intents, topics::receipts, topics::engagements, topics::outcomes}) {
      add(record_of(topic, 0, contracts::IntentsWriter::type, "{\"not\":", decision_time));
      add(record_of(topic, 1, contracts::OutcomeRecorded::type_name, "{}", decision_time));
      add(record_of(topic, 1, "zhida.something.else.v9", "{}", decision_time));
    }
  }

  std::vector<log::NewRecord> shuffled() {
    std::ranges::shuffle(records_, random_);
    return std::move(records_);
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  bool chance(int percent) { return pick(100) < percent; }
  Instant moment() { return decision_time + std::chrono::seconds(pick(6 * 24 * 3600)); }

  void add(log::NewRecord record) {
    if (chance(8)) records_.push_back(record);
    records_.push_back(std::move(record));
  }

  void add_intents(const contracts::IntentsHeader& header, int partition, std::vector<enterprise::Uscc> audience) {
    constexpr std::string_view sizes[] = {"micro", "small", "medium", "large", ""};
    constexpr std::string_view streets[] = {"310117001", "310117102", ""};
    if (chance(30)) audience.push_back(enterprise_in(1 - partition, 0));  // lies in the wrong partition
    while (!audience.empty()) {
      contracts::IntentsWriter writer(header);
      for (int n = 1 + pick(9); n > 0 && !audience.empty(); --n) {
        std::vector<delivery::ItemDecision> items;
        for (std::size_t i = 0; i < header.items.size(); ++i) {
          delivery::ItemDecision decision;
          decision.verdict = static_cast<delivery::Verdict>(pick(4));
          decision.window = static_cast<delivery::Window>(pick(3));
          if (chance(60)) decision.benefit = 1'000 * pick(50);
          items.push_back(decision);
        }
        contracts::Facets facets;
        facets.size_class = sizes[pick(5)];
        facets.street = streets[pick(3)];
        const bool suppressed = chance(20);
        State state = suppressed ? State::suppressed : State::matched;
        if (chance(10)) state = chance(50) ? State::expired : State::cancelled;
        const auto reason = state == State::suppressed ? static_cast<delivery::Reason>(1 + pick(12)) : delivery::Reason::none;
        writer.add(audience.back(), state, reason, facets, items, R"({"size_class":"small"})");
        // Decided again by a double of the matcher, later and otherwise.
        if (!chance(10)) audience.pop_back();
      }
      add(record_of(header.campaign % 3 == 0 ? topics::intents_urgent : topics::intents, partition, contracts::IntentsWriter::type,
                    writer.finish(), header.decided_at));
    }
  }

  void add_receipts(const contracts::IntentsHeader& header, int partition, const std::vector<enterprise::Uscc>& audience) {
    for (const enterprise::Uscc& uscc : audience)
      for (int n = pick(4); n > 0; --n) {
        contracts::ReceiptsRecorded block;
        block.header.campaign = header.campaign;
        block.header.occurrence = header.occurrence;
        block.header.at = moment();
        contracts::Receipt receipt;
        receipt.uscc = uscc;
        receipt.state = chance(50) ? State::delivered : static_cast<State>(1 + pick(14));
        receipt.attempt = static_cast<std::uint32_t>(pick(3));
        if (receipt.state == State::suppressed) receipt.reason = static_cast<delivery::Reason>(1 + pick(12));
        if (receipt.state == State::deferred) {
          receipt.reason = delivery::Reason::quiet_hours;
          receipt.until = block.header.at + 1h;
        }
        if (receipt.state == State::delivered && chance(25)) receipt.left_out.push_back(static_cast<std::uint16_t>(1 + pick(2)));
        block.facts.push_back(receipt);
        add(record_of(block, partition, header.campaign % 3 == 0));
      }
  }

  void add_engagements(const contracts::IntentsHeader& header, const enterprise::Uscc& uscc) {
    for (int n = pick(6); n > 0; --n) {
      contracts::EngagementRecorded event;
      event.id = "event-" + std::to_string(random_());
      event.campaign = header.campaign;
      event.occurrence = header.occurrence;
      event.uscc = uscc;
      event.part = static_cast<std::uint16_t>(pick(static_cast<int>(header.items.size()) + 2));  // one too many at times
      if (event.part != 0) event.item = "ITEM-" + std::to_string(event.part);
      event.type = static_cast<delivery::EngagementType>(chance(70) ? pick(3) : pick(8));
      event.at = moment();
      if (chance(15)) event.machine = contracts::MachineMark{"prefetch", 1};
      const Instant logged_at = event.at + (chance(10) ? 24h * pick(14) : 0h);
      add(record_of(event, logged_at));
      if (!chance(10)) continue;
      event.at += 24h;  // the same event once more, dated otherwise
      add(record_of(event, logged_at + 24h));
    }
  }

  void add_outcomes(const contracts::IntentsHeader& header, const enterprise::Uscc& uscc) {
    for (int n = chance(40) ? 1 + pick(5) : 0; n > 0; --n) {
      contracts::OutcomeRecorded event;
      event.id = "outcome-" + std::to_string(random_());
      event.uscc = uscc;
      event.item = header.items[static_cast<std::size_t>(pick(static_cast<int>(header.items.size())))].id;
      event.type = static_cast<delivery::OutcomeType>(pick(6));
      event.at = moment() + 24h * pick(3);
      if (chance(70)) event.amount_fen = 50 * pick(20'000);
      if (chance(20)) event.instalment = 2;
      add(record_of(event));
    }
  }

  std::mt19937& random_;
  int enterprises_;
  std::vector<log::NewRecord> records_;
};

}  // namespace

enterprise::Uscc enterprise_in(int partition, int number) {
  static std::map<int, std::vector<enterprise::Uscc>> known;
  std::vector<enterprise::Uscc>& list = known[partition];
  for (int candidate = 0; static_cast<int>(list.size()) <= number; ++candidate) {
    std::string text = "91310117MA1J00000";
    int rest = candidate;
    for (std::size_t at = 16; rest > 0; --at, rest /= 31) text[at] = enterprise::Uscc::alphabet[static_cast<std::size_t>(rest % 31)];
    const enterprise::Uscc uscc = *enterprise::Uscc::make(text);
    const bool fresh = std::ranges::find(list, uscc) == list.end();
    if (fresh && enterprise::partition_of(uscc, test_partitions) == partition) list.push_back(uscc);
  }
  return list[static_cast<std::size_t>(number)];
}

log::NewRecord record_of(std::string_view topic, int partition, std::string_view type, std::string value, Instant logged_at) {
  log::NewRecord record;
  record.topic = topic;
  record.partition = partition;
  record.value = std::move(value);
  record.event.id = std::to_string(std::hash<std::string>()(record.value));
  record.event.type = type;
  record.event.source = "test";
  record.event.time_ms = logged_at.time_since_epoch().count();
  return record;
}

log::NewRecord record_of(const contracts::EngagementRecorded& event, Instant logged_at) {
  return record_of(topics::engagements, enterprise::partition_of(event.uscc, test_partitions), contracts::EngagementRecorded::type_name,
                   contracts::to_json(event), logged_at);
}

log::NewRecord record_of(const contracts::OutcomeRecorded& event) {
  return record_of(topics::outcomes, enterprise::partition_of(event.uscc, test_partitions), contracts::OutcomeRecorded::type_name,
                   contracts::to_json(event), event.at);
}

log::NewRecord record_of(const contracts::ReceiptsRecorded& block, int partition, bool urgent) {
  return record_of(urgent ? topics::receipts_urgent : topics::receipts, partition, contracts::ReceiptsRecorded::type,
                   contracts::to_json(block), block.header.at);
}

log::NewRecord mark_of(delivery::CampaignNumber campaign, int partition, std::uint64_t intents, bool urgent) {
  contracts::PartitionDecided mark;
  mark.campaign = campaign;
  mark.intents = intents;
  mark.at = decision_time;
  return record_of(urgent ? topics::intents_urgent : topics::intents, partition, contracts::PartitionDecided::type,
                   contracts::to_json(mark), decision_time);
}

std::vector<log::NewRecord> random_past(std::mt19937& random, int enterprises, delivery::CampaignNumber campaigns) {
  Past past(random, enterprises);
  for (delivery::CampaignNumber number = 1; number <= campaigns; ++number) past.add_campaign(number);
  past.add_rubbish();
  return past.shuffled();
}

}  // namespace zhida::effect_service
