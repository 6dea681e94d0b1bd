#include "effect/verify/log_slice.hpp"

#include "contracts/topics.hpp"
#include "stores/deliveries/keys.hpp"

#include <chrono>
#include <utility>

namespace zhida::effect_service::verify {

namespace topics = contracts::topics;
namespace {

std::string mark_name(delivery::CampaignNumber campaign, std::string_view occurrence, std::string_view channel) {
  return std::to_string(campaign).append(".").append(occurrence).append(".").append(channel);
}

}  // namespace

std::optional<std::uint32_t> SliceChoice::bucket_of(const enterprise::Uscc& uscc) const {
  if (enterprise::partition_of(uscc, partitions) != partition) return std::nullopt;
  return stores::deliveries::bucket_of(enterprise::hash_of(uscc), buckets);
}

Account* LogSlice::account(const enterprise::Uscc& uscc) {
  const auto bucket = choice_.bucket_of(uscc);
  if (!bucket || *bucket < choice_.first || *bucket >= choice_.end) return nullptr;
  ++facts_;
  return &accounts_[*bucket - choice_.first][uscc];
}

void LogSlice::take(std::string_view topic, const log::Record& record) {
  const std::string& type = record.event.type;
  if (topic == topics::intents || topic == topics::intents_urgent) {
    if (type == contracts::IntentsWriter::type) take_intents(topic, record);
    if (type == contracts::PartitionDecided::type) take_mark(record);
  } else if (topic == topics::receipts || topic == topics::receipts_urgent) {
    if (type == contracts::ReceiptsRecorded::type) take_receipts(record);
  } else if (topic == topics::engagements) {
    if (type == contracts::EngagementRecorded::type_name) take_engagement(record);
  } else if (topic == topics::outcomes) {
    if (type == contracts::OutcomeRecorded::type_name) take_outcome(record);
  }
}

void LogSlice::take_intents(std::string_view topic, const log::Record& record) {
  const auto block = contracts::read_intents_decided(record.value);
  if (!block) return;
  const contracts::IntentsHeader& header = block->header();
  if (marks_.contains(mark_name(header.campaign, header.occurrence, header.channel))) return;  // decided before: void
  delivery::Place place;
  place.urgent = topic == topics::intents_urgent;
  place.offset = static_cast<std::uint64_t>(record.offset);

  const auto [known, fresh] = packages_.try_emplace(header.campaign);
  Package& package = known->second;
  if (fresh || place < package.place) {
    package.place = place;
    package.items.clear();
    for (const contracts::IntentItem& item : header.items)
      package.items.push_back({item.id, item.version, item.exclusive_group, item.conversion_days, delivery::hash_of(item.id)});
  }
  for (const contracts::DecidedFact& fact : block->facts())
    if (Account* of = account(fact.uscc)) of->take(header, fact, place);
}

void LogSlice::take_mark(const log::Record& record) {
  auto mark = contracts::read_partition_decided(record.value);
  if (!mark) return;
  std::string name = mark_name(mark->campaign, mark->occurrence, mark->channel);
  marks_.try_emplace(std::move(name), std::move(*mark));
}

void LogSlice::take_receipts(const log::Record& record) {
  const auto block = contracts::read_receipts_recorded(record.value);
  if (!block) return;
  for (const contracts::Receipt& receipt : block->facts)
    if (Account* of = account(receipt.uscc)) of->take(block->header, receipt);
}

void LogSlice::take_engagement(const log::Record& record) {
  const auto event = contracts::read_engagement_recorded(record.value);
  if (!event) return;
  if (Account* of = account(event->uscc)) of->take(*event, Instant(std::chrono::milliseconds(record.event.time_ms)));
}

void LogSlice::take_outcome(const log::Record& record) {
  const auto event = contracts::read_outcome_recorded(record.value);
  if (!event) return;
  if (Account* of = account(event->uscc)) of->take(*event);
}

}  // namespace zhida::effect_service::verify
