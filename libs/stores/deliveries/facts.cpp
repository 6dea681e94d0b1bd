#include "stores/deliveries/facts.hpp"

#include "contracts/outcomes/outcome_recorded.hpp"
#include "stores/deliveries/keys.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace zhida::stores::deliveries {
namespace {

domain::FieldError unknown_type(const std::string& type) {
  return {"", "type", "a record of type \"" + type + "\" does not belong in this topic", "本主题不接收类型为“" + type + "”的记录"};
}

domain::FieldError foreign(const enterprise::Uscc& uscc) {
  const std::string text(uscc.text());
  return {"/uscc", "partition", "enterprise " + text + " belongs to another partition", "企业 " + text + " 属于另一个分区"};
}

}  // namespace

Facts::Facts(std::span<const FoldInput> inputs, int partition, int partitions, std::size_t most)
    : partition_(partition), partitions_(partitions) {
  for (const FoldInput& input : inputs) {
    // A block is folded whole, so the batch ends before the block that would make it too long is read: blocks are near their limit or
    // alone.
    if (records_ != 0 && facts_.size() >= most) break;
    read(input);
    ++records_;
  }
}

void Facts::read(const FoldInput& input) {
  const std::string& type = input.record->event.type;
  switch (static_cast<Topic>(input.topic)) {
    case Topic::intents_urgent:
    case Topic::intents:
      if (type == contracts::IntentsWriter::type) return read_intents(input, static_cast<Topic>(input.topic) == Topic::intents_urgent);
      if (type == contracts::PartitionDecided::type) return read_mark(input);
      break;
    case Topic::receipts_urgent:
    case Topic::receipts:
      if (type == contracts::ReceiptsRecorded::type) return read_receipts(input);
      break;
    case Topic::engagements:
      if (type == contracts::EngagementRecorded::type_name) return read_engagement(input);
      break;
    case Topic::outcomes:
      if (type == contracts::OutcomeRecorded::type_name) return read_outcome(input);
      break;
  }
  domain::FieldErrors errors(1, unknown_type(type));
  refuse(input, errors);
}

void Facts::read_intents(const FoldInput& input, bool urgent) {
  auto block = contracts::read_intents_decided(input.record->value);
  if (!block) return refuse(input, block.error());
  const contracts::IntentsDecided& kept = intents_.emplace_back(std::move(*block));
  delivery::Place place;
  place.urgent = urgent;
  place.offset = static_cast<std::uint64_t>(input.record->offset);
  IntentsBlock about;
  about.mark = mark_field(kept.header().key());
  about.first = facts_.size();
  about.header = headers_.size();
  about.after_mark =
      std::ranges::any_of(marks_, [&about](const contracts::PartitionDecided& mark) { return field_of(mark) == about.mark; });
  headers_.push_back(kept.campaign_header(place));
  for (const contracts::DecidedFact& fact : kept.facts()) add(input, fact.uscc, fact.fact(kept.header(), place), fact.index);
  about.end = facts_.size();
  blocks_.push_back(std::move(about));
  refuse(kept.poison());
}

void Facts::read_mark(const FoldInput& input) {
  auto mark = contracts::read_partition_decided(input.record->value);
  if (!mark) return refuse(input, mark.error());
  marks_.push_back(std::move(*mark));
}

void Facts::read_receipts(const FoldInput& input) {
  auto block = contracts::read_receipts_recorded(input.record->value);
  if (!block) return refuse(input, block.error());
  const contracts::ReceiptsRecorded& kept = receipts_.emplace_back(std::move(*block));
  for (const contracts::Receipt& receipt : kept.facts) add(input, receipt.uscc, kept.fact(receipt), receipt.index);
  refuse(kept.poison);
}

void Facts::read_engagement(const FoldInput& input) {
  auto event = contracts::read_engagement_recorded(input.record->value);
  if (!event) return refuse(input, event.error());
  const contracts::EngagementRecorded& kept = engagements_.emplace_back(std::move(*event));
  const domain::Instant logged_at{std::chrono::milliseconds(input.record->event.time_ms)};
  add(input, kept.uscc, kept.fact(logged_at), std::nullopt);
}

void Facts::read_outcome(const FoldInput& input) {
  const auto event = contracts::read_outcome_recorded(input.record->value);
  if (!event) return refuse(input, event.error());
  add(input, event->uscc, event->fact(), std::nullopt);
}

void Facts::add(const FoldInput& input, const enterprise::Uscc& uscc, Fact fact, std::optional<std::uint16_t> index) {
  if (enterprise::partition_of(uscc, partitions_) == partition_) {
    facts_.push_back({uscc, std::move(fact)});
    return;
  }
  PoisonInput poison;
  poison.input = records_;
  poison.fact = index;
  poison.reason = foreign(uscc);
  poison.content = index ? std::string(uscc.text()) : input.record->value;
  poison_.push_back(std::move(poison));
}

void Facts::refuse(const FoldInput& input, const domain::FieldErrors& errors) {
  PoisonInput poison;
  poison.input = records_;
  poison.reason = errors.front();
  poison.content = input.record->value;
  poison_.push_back(std::move(poison));
}

void Facts::refuse(std::vector<contracts::PoisonFact> facts) {
  for (contracts::PoisonFact& fact : facts) {
    PoisonInput poison;
    poison.input = records_;
    poison.fact = fact.index;
    poison.reason = std::move(fact.error);
    poison.content = std::move(fact.json);
    poison_.push_back(std::move(poison));
  }
}

}  // namespace zhida::stores::deliveries
