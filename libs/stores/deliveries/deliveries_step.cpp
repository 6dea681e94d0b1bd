#include "stores/deliveries/deliveries_step.hpp"

#include "domain/delivery/codec.hpp"
#include "domain/effect/contribution.hpp"
#include "stores/deliveries/bucket.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

namespace zhida::stores::deliveries {
namespace {

/// Batches end at this many facts: together with what they count, about what Redis writes in 3 ms.
constexpr std::size_t most_facts = 500;

std::int64_t number_of(const std::optional<std::string_view>& stored) {
  if (!stored) return 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(stored->data(), stored->data() + stored->size(), number);
  if (error != std::errc() || end != stored->data() + stored->size()) throw CorruptState("a counter is not a number");
  return number;
}

auto place_of(const effect::CounterKey& key) {
  const Day day = key.hour == 0 ? 0 : day_of(key.hour);
  return std::make_tuple(key.campaign, day, key.hour, key.street, key.size, key.item);
}

FieldWrite write_of(std::string key, std::string field, std::optional<std::string> value) {
  FieldWrite write;
  write.key = std::move(key);
  write.field = std::move(field);
  write.value = std::move(value);
  return write;
}

std::string_view bytes_of(const enterprise::Uscc::Packed& code) { return {reinterpret_cast<const char*>(code.data()), code.size()}; }

/// Keeps `campaigns` ascending.
void include(std::vector<delivery::CampaignNumber>& campaigns, delivery::CampaignNumber campaign) {
  const auto place = std::ranges::lower_bound(campaigns, campaign);
  if (place == campaigns.end() || *place != campaign) campaigns.insert(place, campaign);
}

std::optional<std::string> counted(std::int64_t number) {
  if (number == 0) return std::nullopt;
  return std::to_string(number);
}

std::string key_of(const effect::CounterKey& key) {
  return key.hour == 0 ? totals_key(key.campaign) : cells_key(key.campaign, day_of(key.hour));
}

}  // namespace

DeliveriesStep::DeliveriesStep(std::span<const FoldInput> inputs, int partition, int partitions, std::uint32_t buckets)
    : facts_(inputs, partition, partitions, most_facts) {
  find_touched(buckets);
  for (const IntentsBlock& block : facts_.blocks()) mark_fields_.push_back(block.mark);
  for (const contracts::PartitionDecided& mark : facts_.marks()) mark_fields_.push_back(field_of(mark));
  std::ranges::sort(mark_fields_);
  mark_fields_.erase(std::unique(mark_fields_.begin(), mark_fields_.end()), mark_fields_.end());
  void_facts_.assign(facts_.facts().size(), 0);
  void_headers_.assign(facts_.headers().size(), 0);
}

void DeliveriesStep::find_touched(std::uint32_t buckets) {
  struct Place {
    std::uint32_t bucket;
    std::uint32_t fact;
    enterprise::Uscc::Packed code;
  };
  std::vector<Place> places;
  places.reserve(facts_.facts().size());
  for (const EnterpriseFact& each : facts_.facts())
    places.push_back({bucket_of(enterprise::hash_of(each.uscc), buckets), static_cast<std::uint32_t>(places.size()), each.uscc.pack()});
  std::ranges::sort(places, {}, [](const Place& place) { return std::tie(place.bucket, place.code, place.fact); });
  order_.reserve(places.size());
  touched_.reserve(places.size());
  for (const Place& place : places) {
    if (buckets_.empty() || buckets_.back().number != place.bucket) {
      TouchedBucket& bucket = buckets_.emplace_back();
      bucket.number = place.bucket;
      bucket.first = bucket.end = touched_.size();
    }
    TouchedBucket& bucket = buckets_.back();
    if (bucket.first == bucket.end || touched_.back().code != place.code) {
      Touched& touched = touched_.emplace_back();
      touched.code = place.code;
      touched.first = order_.size();
      ++bucket.end;
    }
    order_.push_back(place.fact);
    touched_.back().end = order_.size();
  }
}

std::vector<FieldRead> DeliveriesStep::wanted() {
  std::vector<FieldRead> fields;
  switch (phase_) {
    case Phase::ledgers:
      fields.reserve(buckets_.size() + mark_fields_.size());
      for (const TouchedBucket& bucket : buckets_) fields.push_back({bucket_key(bucket.number), bucket_field(bucket.number)});
      for (const std::string& field : mark_fields_) fields.push_back({marks_key, field});
      if (!fields.empty()) break;
      phase_ = Phase::done;  // nothing but poison
      break;
    case Phase::headers:
      for (const delivery::CampaignNumber campaign : campaigns_) fields.push_back({headers_key, campaign_field(campaign)});
      if (!fields.empty()) break;
      take_headers({});
      [[fallthrough]];
    case Phase::counters:
      for (const Cell& cell : cells_) fields.push_back({key_of(cell.key), cell_field(cell.key)});
      for (const auto& [place, change] : open_change_) fields.push_back({open_key(place.first), open_field(place.second)});
      for (const auto& [place, change] : day_change_) fields.push_back({days_key(place.first), std::to_string(place.second)});
      if (fields.empty()) phase_ = Phase::done;
      break;
    case Phase::done:
      break;
  }
  return fields;
}

void DeliveriesStep::loaded(std::span<const std::optional<std::string_view>> values) {
  switch (phase_) {
    case Phase::ledgers:
      return take_ledgers(values);
    case Phase::headers:
      return take_headers(values);
    case Phase::counters:
      return take_counters(values);
    case Phase::done:
      break;
  }
}

void DeliveriesStep::take_ledgers(std::span<const std::optional<std::string_view>> values) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    TouchedBucket& bucket = buckets_[i];
    if (!values[i]) continue;
    bucket.stored = *values[i];
    BucketEntries entries(bucket.stored);
    std::size_t at = bucket.first;
    while (const auto entry = entries.next()) {
      while (at < bucket.end && bytes_of(touched_[at].code) < entry->code) ++at;
      if (at == bucket.end || bytes_of(touched_[at].code) != entry->code) continue;
      if (!delivery::decode_to(ledger_, entry->ledger)) throw CorruptState("a ledger cannot be read");
      for (const delivery::IntentRecord& intent : ledger_.intents) include(campaigns_, intent.key.campaign);
    }
    if (!entries.good()) throw CorruptState("a bucket of ledgers cannot be read");
  }
  take_marks(values.subspan(buckets_.size()));

  for (std::size_t i = 0; i < facts_.headers().size(); ++i)
    if (void_headers_[i] == 0) include(campaigns_, facts_.headers()[i].campaign);
  phase_ = Phase::headers;
}

void DeliveriesStep::take_marks(std::span<const std::optional<std::string_view>> values) {
  const auto is_stored = [&](const std::string& field) {
    return values[static_cast<std::size_t>(std::ranges::lower_bound(mark_fields_, field) - mark_fields_.begin())].has_value();
  };
  for (const IntentsBlock& block : facts_.blocks()) {
    if (!block.after_mark && !is_stored(block.mark)) continue;
    std::fill(void_facts_.begin() + static_cast<std::ptrdiff_t>(block.first), void_facts_.begin() + static_cast<std::ptrdiff_t>(block.end),
              1);
    void_headers_[block.header] = 1;
  }
  std::map<std::string, std::string> fresh;
  for (const contracts::PartitionDecided& mark : facts_.marks()) {
    std::string field = field_of(mark);
    if (!is_stored(field)) fresh.try_emplace(std::move(field), contracts::to_json(mark));
  }
  for (auto& [field, json] : fresh) writes_.push_back(write_of(marks_key, field, std::move(json)));
}

void DeliveriesStep::take_headers(std::span<const std::optional<std::string_view>> values) {
  Headers headers;
  for (const std::optional<std::string_view>& value : values) {
    if (!value) continue;
    auto header = effect::decode_campaign_header(*value);
    if (!header) throw CorruptState("the header of a campaign cannot be read");
    headers.before.fold(*header);
    headers.after.fold(std::move(*header));
  }
  for (std::size_t i = 0; i < facts_.headers().size(); ++i) {
    const effect::CampaignHeader& header = facts_.headers()[i];
    if (void_headers_[i] == 0 && headers.after.fold(header)) include(headers.changed, header.campaign);
  }
  for (const delivery::CampaignNumber campaign : headers.changed)
    writes_.push_back(write_of(headers_key, campaign_field(campaign), effect::encode(*headers.after.find(campaign))));
  for (const TouchedBucket& bucket : buckets_) fold_bucket(bucket, headers);
  group_counters();
  phase_ = Phase::counters;
}

void DeliveriesStep::fold_bucket(const TouchedBucket& bucket, const Headers& headers) {
  constexpr std::size_t usual_entry = 32;
  std::string bytes, ledger;
  bytes.reserve(bucket.stored.size() + (bucket.end - bucket.first) * usual_entry);
  bool changed = false;
  std::size_t next = bucket.first;
  const auto fold = [&](std::string_view stored) {
    const Touched& touched = touched_[next++];
    (void)delivery::decode_to(ledger_, stored);  // could be read before
    const bool moved = fold_enterprise(touched, headers);
    changed = changed || moved;
    ledger.clear();
    if (moved) delivery::encode_to(ledger, ledger_);
    append_entry(bytes, bytes_of(touched.code), moved ? ledger : stored);
  };
  BucketEntries entries(bucket.stored);
  while (const auto entry = entries.next()) {
    while (next != bucket.end && bytes_of(touched_[next].code) < entry->code) fold({});
    if (next != bucket.end && bytes_of(touched_[next].code) == entry->code)
      fold(entry->ledger);
    else
      append_entry(bytes, entry->code, entry->ledger);
  }
  while (next != bucket.end) fold({});
  if (changed) writes_.push_back(write_of(bucket_key(bucket.number), bucket_field(bucket.number), std::move(bytes)));
}

/// Whether `ledger_` changed.
bool DeliveriesStep::fold_enterprise(const Touched& touched, const Headers& headers) {
  const auto facts = std::span(order_).subspan(touched.first, touched.end - touched.first);
  const auto is_outcome = [&](std::uint32_t fact) { return std::holds_alternative<delivery::OutcomeFact>(facts_.facts()[fact].fact); };
  const bool with_outcomes = !ledger_.outcomes.empty() || std::ranges::any_of(facts, is_outcome);
  find_changing(touched, headers);
  count(headers.before, with_outcomes, -1);
  bool changed = false;
  for (const std::uint32_t fact : facts)
    if (void_facts_[fact] == 0 && std::visit([&](const auto& each) { return delivery::apply(ledger_, each); }, facts_.facts()[fact].fact))
      changed = true;
  count(headers.after, with_outcomes, 1);
  return changed;
}

void DeliveriesStep::find_changing(const Touched& touched, const Headers& headers) {
  changing_.assign(headers.changed.begin(), headers.changed.end());
  for (std::size_t at = touched.first; at < touched.end; ++at)
    std::visit(
        [this](const auto& fact) {
          if constexpr (requires { fact.key; }) include(changing_, fact.key.campaign);
        },
        facts_.facts()[order_[at]].fact);
}

// What is open does not depend on outcomes.
void DeliveriesStep::count(const effect::CampaignHeaders& headers, bool with_outcomes, int sign) {
  if (with_outcomes)
    effect::contribute(change_, ledger_, headers, sign);
  else
    effect::contribute_changing(change_, ledger_, headers, sign, changing_);
  for (const delivery::IntentRecord& intent : ledger_.intents) {
    if (!intent.decision || delivery::is_closed(intent.status().state)) continue;
    if (!std::ranges::binary_search(changing_, intent.key.campaign)) continue;
    const Block block{intent.decision->place.urgent, intent.decision->place.offset};
    open_change_[{intent.key.campaign, block}] += sign;
  }
}

void DeliveriesStep::group_counters() {
  std::vector<effect::Counters::Entry> entries = change_.entries();
  std::ranges::sort(entries, {},
                    [](const effect::Counters::Entry& entry) { return std::make_pair(place_of(entry.key), entry.key.measure); });
  for (const effect::Counters::Entry& entry : entries) {
    if (cells_.empty() || place_of(cells_.back().key) != place_of(entry.key)) cells_.push_back({entry.key, {}});
    cells_.back().change.emplace_back(entry.key.measure, entry.value);
    if (entry.key.hour != 0) day_change_.try_emplace({entry.key.campaign, day_of(entry.key.hour)}, 0);
  }
  std::erase_if(open_change_, [](const auto& entry) { return entry.second == 0; });
}

void DeliveriesStep::take_counters(std::span<const std::optional<std::string_view>> values) {
  std::size_t at = 0;
  for (const Cell& cell : cells_) {
    const std::optional<std::string_view>& stored = values[at++];
    std::optional<Sums> sums = stored ? decode_sums(*stored) : Sums();
    if (!sums) throw CorruptState("sums cannot be read");
    for (const auto& [measure, amount] : cell.change) {
      const auto place = std::ranges::lower_bound(*sums, measure, {}, &Sums::value_type::first);
      if (place == sums->end() || place->first != measure)
        sums->insert(place, {measure, amount});
      else if ((place->second += amount) == 0)
        sums->erase(place);
    }
    std::optional<std::string> value;
    if (!sums->empty()) value = encode_sums(*sums);
    if (cell.key.hour != 0)
      day_change_[{cell.key.campaign, day_of(cell.key.hour)}] += static_cast<int>(value.has_value()) - static_cast<int>(stored.has_value());
    writes_.push_back(write_of(key_of(cell.key), cell_field(cell.key), std::move(value)));
  }
  for (const auto& [place, change] : open_change_)
    writes_.push_back(write_of(open_key(place.first), open_field(place.second), counted(number_of(values[at++]) + change)));
  for (const auto& [place, change] : day_change_) {
    const std::int64_t fields = number_of(values[at++]) + change;
    if (change != 0) writes_.push_back(write_of(days_key(place.first), std::to_string(place.second), counted(fields)));
  }
  phase_ = Phase::done;
}

std::vector<FieldWrite> DeliveriesStep::writes() { return std::move(writes_); }

}  // namespace zhida::stores::deliveries
