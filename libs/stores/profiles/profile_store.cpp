#include "stores/profiles/profile_store.hpp"

#include "contracts/vault/vault_key.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "stores/log_reading.hpp"
#include "stores/profiles/profile_partition.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace zhida::stores {
namespace asio = boost::asio;
using boost::system::result;

namespace {

constexpr std::string_view profiles_topic = "profiles";
constexpr std::string_view vault_topic = "vault";
constexpr std::chrono::milliseconds between_looks{100};
constexpr std::size_t most_replaced_keys = 8;  // of an enterprise: as many processes that name it first in the same moment

PoisonInput poison_of(std::optional<std::uint16_t> fact, domain::FieldError reason, std::string content) {
  PoisonInput poison;
  poison.fact = fact;
  poison.reason = std::move(reason);
  poison.content = std::move(content);
  return poison;
}

}  // namespace

/// The attributes that size classes are derived from.
struct ProfileStore::SizeSlots {
  std::uint32_t size_class, industry, employees, revenue, total_assets;
};

ProfileStore::ProfileStore(asio::any_io_executor executor, log::EventLog& log, int partitions,
                           std::shared_ptr<const matching::Dictionary> dictionary, Tables tables, DeadLetters& dead_letters, Report report)
    : executor_(executor),
      log_(log),
      dictionary_(std::move(dictionary)),
      tables_(tables),
      dead_letters_(dead_letters),
      report_(std::move(report)),
      progress_(executor),
      statements_(*dictionary_),
      places_(dictionary_->size(), 0) {
  if (dictionary_->size() > Cell::most_slots) throw std::invalid_argument("the attribute dictionary has too many attributes");
  for (int i = 0; i < partitions; ++i) partitions_.push_back(std::make_unique<Partition>());
  derived_source_ = last_source_ = pool_.text(enterprise::derived_source);
  const auto* size_class = dictionary_->find("size_class");
  const auto* industry = dictionary_->find("industry");
  const auto* employees = dictionary_->find("employees");
  const auto* revenue = dictionary_->find("revenue");
  const auto* total_assets = dictionary_->find("total_assets");
  if (size_class && industry && employees && revenue && total_assets)
    size_slots_ =
        std::make_unique<const SizeSlots>(SizeSlots{size_class->slot, industry->slot, employees->slot, revenue->slot, total_assets->slot});
}

ProfileStore::~ProfileStore() = default;

asio::awaitable<void> ProfileStore::run(int partition) {
  const auto running = std::make_shared<int>(partition);
  Partition& begun = *partitions_[static_cast<std::size_t>(partition)];
  begun.running = running;
  begun.ready = false;
  begun.profiles_target.reset();
  begun.vault_target.reset();
  MemoryFold fold;
  fold.catch_up = [this, partition, running] { return catch_up(partition); };
  fold.positions = [this, partition] {
    const Partition& part = *partitions_[static_cast<std::size_t>(partition)];
    std::vector<log::Position> positions(2);
    positions[0].topic = profiles_topic;
    positions[0].next = part.profiles_next;
    positions[1].topic = vault_topic;
    positions[1].next = part.vault_next;
    for (log::Position& position : positions) position.partition = partition;
    return positions;
  };
  fold.report = [this, partition](std::string_view what) {
    if (report_) report_(partition, what);
  };
  return follow(log_, std::move(fold));
}

asio::awaitable<result<void>> ProfileStore::reach_end(int partition) {
  const result<log::Range> range = co_await log_.range(profiles_topic, partition);
  if (!range) co_return range.error();
  bool folded = range->end == 0;
  while (!folded) {
    folded = co_await progress_.wait_until(profiles_topic, partition, range->end - 1, between_looks);
    if (co_await runtime::stop_requested()) co_return asio::error::make_error_code(asio::error::operation_aborted);
  }
  co_return result<void>();
}

asio::awaitable<result<std::size_t>> ProfileStore::catch_up(int partition) {
  Partition& part = *partitions_[static_cast<std::size_t>(partition)];
  if (!part.profiles_target) {
    const result<log::Range> profiles = co_await log_.range(profiles_topic, partition);
    if (!profiles) co_return profiles.error();
    const result<log::Range> vault = co_await log_.range(vault_topic, partition);
    if (!vault) co_return vault.error();
    part.profiles_target = profiles->end;
    part.vault_target = vault->end;
    // What a compacted topic has lost at its start, it has lost for good reason.
    part.vault_next = std::max(part.vault_next, vault->start);
  }
  const result<std::size_t> vault = co_await fold_topic(partition, std::string(vault_topic), part.vault_next);
  if (!vault) co_return vault;
  const result<std::size_t> profiles = co_await fold_topic(partition, std::string(profiles_topic), part.profiles_next);
  if (!profiles) co_return profiles;
  if (part.profiles_next >= *part.profiles_target && part.vault_next >= *part.vault_target) part.ready = true;
  co_return *vault + *profiles;
}

asio::awaitable<result<std::size_t>> ProfileStore::fold_topic(int partition, std::string topic, log::Offset& next) {
  const result<log::Batch> batch = co_await log_.read(topic, partition, next);
  if (!batch) co_return batch.error();
  const bool is_vault = topic == vault_topic;
  std::vector<DeadLetters::Input>& letters = partitions_[static_cast<std::size_t>(partition)]->letters;
  std::vector<PoisonInput> poison;
  Turn turn;
  for (const log::RecordPtr& record : batch->records) {
    if (is_vault)
      fold_vault(partition, *record, poison);
    else
      fold_profile(partition, *record, poison);
    for (PoisonInput& part : poison) {
      DeadLetters::Input letter;
      letter.topic = topic;
      letter.partition = partition;
      letter.record = record;
      letter.poison = std::move(part);
      letters.push_back(std::move(letter));
    }
    poison.clear();
    next = record->offset + 1;  // before others run: what is folded is not folded again
    if (turn.over()) co_await turn.pass();
  }
  if (!letters.empty()) {
    std::vector<DeadLetters::Input> waiting = letters;  // kept until the log has them
    const result<void> quarantined = co_await dead_letters_.quarantine(std::move(waiting));
    if (!quarantined) co_return quarantined.error();
    letters.clear();
  }
  const std::size_t moved = batch->records.size() + (next < batch->next ? 1 : 0);
  next = batch->next;
  progress_.advance(topic, partition, next);
  co_return moved;
}

void ProfileStore::fold_vault(int partition, const log::Record& record, std::vector<PoisonInput>& poison) {
  const auto uscc = enterprise::Uscc::parse(record.key);
  if (!uscc) {
    poison.push_back(poison_of(std::nullopt, enterprise::uscc_error(record.key, ""), record.value));
    return;
  }
  if (enterprise::partition_of(*uscc, partitions()) != partition ||
      (!record.value.empty() && record.event.type != contracts::VaultKey::type)) {
    poison.push_back(
        poison_of(std::nullopt, {"", "type", "does not belong in this topic and partition.", "不属于本主题或本分区。"}, record.value));
    return;
  }
  if (!record.value.empty()) {
    const auto key = contracts::vault_key_from_json(record.value);
    if (!key || key->uscc != *uscc) {
      domain::FieldError other{"/uscc", "uscc", "is not the record's key.", "与记录的键不一致。"};
      poison.push_back(poison_of(std::nullopt, key ? std::move(other) : key.error().front(), record.value));
      return;
    }
  }
  Partition& part = *partitions_[static_cast<std::size_t>(partition)];
  Row number = 0;
  ProfileRow& row = part.rows.get(*uscc, number);
  part.changed.mark(number);
  // The last key counts, because compaction leaves no other. Those before it are remembered until the enterprise is forgotten.
  if (record.value.empty()) {
    VaultPast& past = part.vault_past[number];
    past.replaced.clear();
    ++past.erasures;
  } else if (const std::string_view before = row.vault_key.view(); !before.empty() && before != record.value) {
    std::vector<std::string>& replaced = part.vault_past[number].replaced;
    if (replaced.size() == most_replaced_keys) replaced.erase(replaced.begin());
    replaced.emplace_back(before);
  }
  row.vault_key.assign(record.value);
  ++row.records;
}

bool ProfileStore::check(const contracts::AttributeStatement& statement, CheckedStatement& checked, domain::FieldError& mistake) {
  checked.attribute = statements_.find(statement.name);
  checked.source = statement.source;
  checked.as_of = statement.as_of;
  checked.value = cel::Value::missing();
  if (checked.attribute == nullptr) {
    mistake = {"", "attribute", "unknown attribute " + std::string(statement.name), "未知属性 " + std::string(statement.name)};
    return false;
  }
  if (statement.value.kind == enterprise::RawValue::Kind::null) return true;
  arena_.reset();
  matching::Reading reading = statements_.read(*checked.attribute, statement.value, arena_);
  checked.value = reading.value;
  if (!reading.mistake) return true;
  mistake = {"", "value", std::move(reading.mistake->message_en), std::move(reading.mistake->message_zh)};
  return false;
}

void ProfileStore::fold_profile(int partition, const log::Record& record, std::vector<PoisonInput>& poison) {
  const contracts::ProfilePatched* event = nullptr;
  if (record.event.type == contracts::ProfilePatched::type) event = reader_.read(record.value);
  if (event == nullptr || enterprise::partition_of(event->uscc, partitions()) != partition) {
    domain::FieldError reason{"", "type", "does not belong in this topic and partition.", "不属于本主题或本分区。"};
    if (record.event.type == contracts::ProfilePatched::type && !reader_.errors().empty()) reason = reader_.errors().front();
    poison.push_back(poison_of(std::nullopt, std::move(reason), record.value));
    return;
  }
  Partition& part = *partitions_[static_cast<std::size_t>(partition)];
  Row number = 0;
  ProfileRow& row = part.rows.get(event->uscc, number);
  part.changed.mark(number);
  row.note_record(record.offset);
  ++row.records;

  if (!event->attributes.empty()) {
    begin_cells(row);
    CheckedStatement checked;
    domain::FieldError mistake;
    for (std::size_t i = 0; i < event->attributes.size(); ++i) {
      if (check(event->attributes[i], checked, mistake))
        merge_statement(checked);
      else
        poison.push_back(poison_of(static_cast<std::uint16_t>(i), std::move(mistake), std::string(event->attributes[i].name)));
    }
    derive_size_class();
    end_cells(row);
  }
  if (event->sealed_name) row.sealed_name.assign(*event->sealed_name);
  for (const enterprise::Determination& incoming : event->determinations) {
    std::vector<StoredDetermination>& known = part.determinations[number];
    const auto place = std::ranges::find(known, incoming.condition, [](const auto& stored) { return stored.determination.condition; });
    const auto offset = static_cast<std::uint64_t>(record.offset);
    const bool fresh = place == known.end();
    if (enterprise::merge(fresh ? nullptr : &place->determination, fresh ? 0 : place->offset, incoming, offset) !=
        enterprise::Merge::applied)
      continue;
    if (fresh)
      known.push_back({incoming, offset});
    else
      *place = {incoming, offset};
  }
}

void ProfileStore::begin_cells(const ProfileRow& row) {
  cells_.clear();
  for (const Cell& cell : row.view()) {
    if (cell.derived()) continue;  // computed again at the end
    cells_.push_back(cell);
    places_[cell.slot()] = static_cast<std::uint32_t>(cells_.size());
  }
}

void ProfileStore::end_cells(ProfileRow& row) {
  for (const Cell& cell : cells_) places_[cell.slot()] = 0;
  std::ranges::sort(cells_, {}, [](const Cell& cell) { return std::pair(cell.slot(), cell.derived()); });
  row.replace(cells_);
}

// A record is younger than all that were folded before it, so what is known stands with offset 0.
enterprise::Merge ProfileStore::merge_statement(const CheckedStatement& statement) {
  using Statement = enterprise::Statement<PackedValue>;
  const PackedValue value = pool_.pack(statement.value);
  std::uint32_t& place = places_[statement.attribute->slot];
  if (place != 0) {
    const Cell& known = cells_[place - 1];
    const Statement present{known.value(), {known.as_of(), 0}, pool_.text(known.source())};
    const Statement incoming{value, {statement.as_of, enterprise::Stamp::not_yet_recorded}, statement.source};
    const enterprise::Merge merge = enterprise::merge(&present, incoming);
    if (merge != enterprise::Merge::applied) return merge;
  }
  if (pool_.text(last_source_) != statement.source) last_source_ = pool_.text(statement.source);
  const std::uint32_t source = last_source_;
  if (source >= Cell::most_sources) throw std::length_error("too many different texts in profiles");
  const Cell cell(statement.attribute->slot, value, source, statement.as_of, false);
  if (place != 0) {
    cells_[place - 1] = cell;
  } else {
    cells_.push_back(cell);
    place = static_cast<std::uint32_t>(cells_.size());
  }
  return enterprise::Merge::applied;
}

void ProfileStore::derive_size_class() {
  if (!size_slots_) return;
  const auto cell_of = [this](std::uint32_t slot) -> const Cell* {
    const std::uint32_t place = places_[slot];
    return place == 0 || cells_[place - 1].removed() ? nullptr : &cells_[place - 1];
  };
  if (cell_of(size_slots_->size_class) != nullptr) return;  // an authority has spoken
  const Cell* industry = cell_of(size_slots_->industry);
  if (industry == nullptr) return;
  domain::Date as_of = industry->as_of();
  const auto indicator = [&](std::uint32_t slot) -> std::optional<std::int64_t> {
    const Cell* cell = cell_of(slot);
    if (cell == nullptr) return std::nullopt;
    as_of = std::max(as_of, cell->as_of());
    return static_cast<std::int64_t>(cell->value().bits);
  };
  enterprise::SizeIndicators indicators;
  indicators.employees = indicator(size_slots_->employees);
  indicators.revenue = indicator(size_slots_->revenue);
  indicators.total_assets = indicator(size_slots_->total_assets);
  const std::string_view code = pool_.text(static_cast<std::uint32_t>(industry->value().bits));
  const std::optional<char> section = tables_.industries.section_of(code);
  if (!section) return;
  const auto size = tables_.size_classes.derive(code, *section, indicators);
  if (!size) return;
  const PackedValue value = pool_.pack(cel::Value::string(domain::name_of(*size)));
  cells_.emplace_back(size_slots_->size_class, value, derived_source_, as_of, true);
}

std::vector<enterprise::Merge> ProfileStore::preview(const enterprise::Uscc& uscc, std::span<const CheckedStatement> statements) {
  static const ProfileRow nobody;
  const Partition& part = *partitions_[static_cast<std::size_t>(partition_of(uscc))];
  const std::optional<Row> number = part.rows.find(uscc);
  begin_cells(number ? part.rows[*number] : nobody);
  std::vector<enterprise::Merge> merges;
  merges.reserve(statements.size());
  // Later statements of the same text meet the earlier ones.
  for (const CheckedStatement& statement : statements) merges.push_back(merge_statement(statement));
  for (const Cell& cell : cells_) places_[cell.slot()] = 0;
  return merges;
}

enterprise::Merge ProfileStore::preview(const enterprise::Uscc& uscc, const enterprise::Determination& determination) const {
  const Partition& part = *partitions_[static_cast<std::size_t>(partition_of(uscc))];
  if (const std::optional<Row> number = part.rows.find(uscc))
    if (const auto found = part.determinations.find(*number); found != part.determinations.end())
      for (const StoredDetermination& stored : found->second)
        if (stored.determination.condition == determination.condition)
          return enterprise::merge(&stored.determination, stored.offset, determination, enterprise::Stamp::not_yet_recorded);
  return enterprise::Merge::applied;
}

}  // namespace zhida::stores
