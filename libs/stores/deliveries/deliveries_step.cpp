#include "stores/deliveries/deliveries_step.hpp"

#include "domain/delivery/codec.hpp"
#include "domain/effect/contribution.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <unordered_map>
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
  std::unordered_map<enterprise::Uscc, std::size_t> places;
  places.reserve(facts_.facts().size());
  touched_.reserve(facts_.facts().size());
  for (std::size_t i = 0; i < facts_.facts().size(); ++i) {
    const enterprise::Uscc& uscc = facts_.facts()[i].uscc;
    const auto [place, fresh] = places.try_emplace(uscc, touched_.size());
    if (fresh) {
      Touched& touched = touched_.emplace_back();
      touched.key = ledger_key(uscc, buckets);
      touched.field = ledger_field(uscc);
    }
    touched_[place->second].facts.push_back(i);
  }
  for (const IntentsBlock& block : facts_.blocks()) mark_fields_.push_back(block.mark);
  for (const contracts::PartitionDecided& mark : facts_.marks()) mark_fields_.push_back(field_of(mark));
  std::ranges::sort(mark_fields_);
  mark_fields_.erase(std::unique(mark_fields_.begin(), mark_fields_.end()), mark_fields_.end());
  void_facts_.assign(facts_.facts().size(), 0);
  void_headers_.assign(facts_.headers().size(), 0);
  std::ranges::sort(touched_, {}, [](const Touched& touched) { return std::tie(touched.key, touched.field); });
}

std::vector<FieldRead> DeliveriesStep::wanted() {
  std::vector<FieldRead> fields;
  switch (phase_) {
    case Phase::ledgers:
      fields.reserve(touched_.size() + mark_fields_.size());
      for (const Touched& touched : touched_) fields.push_back({touched.key, touched.field});
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
  for (std::size_t i = 0; i < touched_.size(); ++i)
    if (values[i] && !delivery::decode_to(touched_[i].ledger, *values[i])) throw CorruptState("a ledger cannot be read");
  take_marks(values.subspan(touched_.size()));

  for (const Touched& touched : touched_)
    for (const delivery::IntentRecord& intent : touched.ledger.intents) campaigns_.push_back(intent.key.campaign);
  for (std::size_t i = 0; i < facts_.headers().size(); ++i)
    if (void_headers_[i] == 0) campaigns_.push_back(facts_.headers()[i].campaign);
  std::ranges::sort(campaigns_);
  campaigns_.erase(std::unique(campaigns_.begin(), campaigns_.end()), campaigns_.end());
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
  effect::CampaignHeaders before, after;
  for (const std::optional<std::string_view>& value : values) {
    if (!value) continue;
    auto header = effect::decode_campaign_header(*value);
    if (!header) throw CorruptState("the header of a campaign cannot be read");
    before.fold(*header);
    after.fold(std::move(*header));
  }
  std::map<delivery::CampaignNumber, bool> changed;
  for (std::size_t i = 0; i < facts_.headers().size(); ++i) {
    const effect::CampaignHeader& header = facts_.headers()[i];
    if (void_headers_[i] == 0 && after.fold(header)) changed[header.campaign] = true;
  }
  for (const auto& [campaign, _] : changed)
    writes_.push_back(write_of(headers_key, campaign_field(campaign), effect::encode(*after.find(campaign))));
  fold_enterprises(before, after);
  group_counters();
  phase_ = Phase::counters;
}

void DeliveriesStep::fold_enterprises(const effect::CampaignHeaders& before, const effect::CampaignHeaders& after) {
  for (Touched& touched : touched_) {
    delivery::Ledger& ledger = touched.ledger;
    effect::contribute(change_, ledger, before, -1);
    count_open(ledger, -1);
    bool changed = false;
    for (const std::size_t index : touched.facts)
      if (void_facts_[index] == 0)
        changed = std::visit([&](const auto& fact) { return delivery::apply(ledger, fact); }, facts_.facts()[index].fact) || changed;
    effect::contribute(change_, ledger, after, 1);
    count_open(ledger, 1);
    if (changed) writes_.push_back(write_of(std::move(touched.key), std::move(touched.field), delivery::encode(ledger)));
  }
}

void DeliveriesStep::count_open(const delivery::Ledger& ledger, int sign) {
  for (const delivery::IntentRecord& intent : ledger.intents) {
    if (!intent.decision || delivery::is_closed(intent.status().state)) continue;
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
