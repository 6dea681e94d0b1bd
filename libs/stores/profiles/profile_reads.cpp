#include "stores/profiles/profile_partition.hpp"
#include "stores/profiles/profile_store.hpp"

#include <algorithm>
#include <utility>

namespace zhida::stores {
namespace asio = boost::asio;
using boost::system::result;

bool ProfileStore::running(int partition) const { return !partitions_[static_cast<std::size_t>(partition)]->running.expired(); }

bool ProfileStore::ready(int partition) const { return partitions_[static_cast<std::size_t>(partition)]->ready; }

bool ProfileStore::ready() const {
  return std::ranges::all_of(partitions_, [](const auto& partition) { return partition->ready; });
}

Row ProfileStore::size(int partition) const { return partitions_[static_cast<std::size_t>(partition)]->rows.size(); }

const enterprise::Uscc& ProfileStore::uscc(int partition, Row row) const {
  return partitions_[static_cast<std::size_t>(partition)]->rows[row].uscc;
}

std::optional<Row> ProfileStore::find(const enterprise::Uscc& uscc) const {
  return partitions_[static_cast<std::size_t>(partition_of(uscc))]->rows.find(uscc);
}

const ProfileRow* ProfileStore::row_of(const enterprise::Uscc& uscc) const {
  const Partition& part = *partitions_[static_cast<std::size_t>(partition_of(uscc))];
  const std::optional<Row> number = part.rows.find(uscc);
  return number ? &part.rows[*number] : nullptr;
}

void ProfileStore::slots(int partition, Row row, std::span<cel::Value> out) const {
  std::ranges::fill(out, cel::Value::missing());
  for (const Cell& cell : partitions_[static_cast<std::size_t>(partition)]->rows[row].view())
    if (!cell.removed()) out[cell.slot()] = pool_.unpack(cell.value());
}

void ProfileStore::slots(int partition, Row row, std::span<const std::uint32_t> wanted, std::span<cel::Value> out) const {
  for (const std::uint32_t slot : wanted) out[slot] = cel::Value::missing();
  auto next = wanted.begin();
  for (const Cell& cell : partitions_[static_cast<std::size_t>(partition)]->rows[row].view()) {
    while (next != wanted.end() && *next < cell.slot()) ++next;
    if (next == wanted.end()) return;
    if (cell.slot() == *next && !cell.removed()) out[cell.slot()] = pool_.unpack(cell.value());
  }
}

void ProfileStore::fetch_ahead(int partition, std::span<const Row> rows) const {
  constexpr std::size_t line = 64 / sizeof(Cell);
  const ProfileRows& all = partitions_[static_cast<std::size_t>(partition)]->rows;
  for (const Row row : rows) __builtin_prefetch(&all[row]);
  for (const Row row : rows) {
    const std::span<const Cell> cells = all[row].view();
    for (std::size_t cell = 0; cell < cells.size(); cell += line) __builtin_prefetch(&cells[cell]);
  }
}

bool ProfileStore::slots(const enterprise::Uscc& uscc, std::span<cel::Value> out) const {
  if (const std::optional<Row> row = find(uscc)) {
    slots(partition_of(uscc), *row, out);
    return true;
  }
  std::ranges::fill(out, cel::Value::missing());
  return false;
}

void ProfileStore::determinations(int partition, Row row, domain::Date date, std::vector<matching::Determination>& into) const {
  const Partition& part = *partitions_[static_cast<std::size_t>(partition)];
  const auto found = part.determinations.find(row);
  if (found == part.determinations.end()) return;
  for (const StoredDetermination& stored : found->second)
    if (const std::optional<bool> answer = enterprise::answer_on(stored.determination, date))
      into.push_back({stored.determination.condition, *answer});
}

std::vector<Row> ProfileStore::determined(int partition) const {
  std::vector<Row> rows;
  for (const auto& [row, stored] : partitions_[static_cast<std::size_t>(partition)]->determinations) rows.push_back(row);
  return rows;
}

ChangedRows& ProfileStore::changed(int partition) { return partitions_[static_cast<std::size_t>(partition)]->changed; }
const ChangedRows& ProfileStore::changed(int partition) const { return partitions_[static_cast<std::size_t>(partition)]->changed; }

std::vector<enterprise::Determination> ProfileStore::determinations(const enterprise::Uscc& uscc) const {
  std::vector<enterprise::Determination> all;
  const Partition& part = *partitions_[static_cast<std::size_t>(partition_of(uscc))];
  const std::optional<Row> number = part.rows.find(uscc);
  if (!number) return all;
  if (const auto found = part.determinations.find(*number); found != part.determinations.end())
    for (const StoredDetermination& stored : found->second) all.push_back(stored.determination);
  return all;
}

KnownAttribute ProfileStore::known(const Cell& cell) const {
  KnownAttribute attribute;
  attribute.slot = cell.slot();
  attribute.value = pool_.unpack(cell.value());
  attribute.source = pool_.text(cell.source());
  attribute.as_of = cell.as_of();
  attribute.derived = cell.derived();
  return attribute;
}

std::vector<KnownAttribute> ProfileStore::attributes(const enterprise::Uscc& uscc) const {
  std::vector<KnownAttribute> all;
  if (const ProfileRow* row = row_of(uscc))
    for (const Cell& cell : row->view()) all.push_back(known(cell));
  return all;
}

SealedParts ProfileStore::sealed(const enterprise::Uscc& uscc) const {
  SealedParts parts;
  const auto row = find(uscc);
  if (!row) return parts;
  const Partition& part = *partitions_[static_cast<std::size_t>(partition_of(uscc))];
  parts.name = part.rows[*row].sealed_name.view();
  parts.vault_key = part.rows[*row].vault_key.view();
  if (part.vault_past.empty()) return parts;
  if (const auto past = part.vault_past.find(*row); past != part.vault_past.end()) {
    parts.replaced_keys = past->second.replaced;
    parts.erasures = past->second.erasures;
  }
  return parts;
}

std::vector<Row> ProfileStore::with_replaced_keys(int partition) const {
  std::vector<Row> rows;
  for (const auto& [row, past] : partitions_[static_cast<std::size_t>(partition)]->vault_past)
    if (!past.replaced.empty()) rows.push_back(row);
  return rows;
}

std::uint64_t ProfileStore::version(const enterprise::Uscc& uscc) const {
  const ProfileRow* row = row_of(uscc);
  return row == nullptr ? 0 : row->records;
}

std::size_t ProfileStore::memory() const {
  std::size_t bytes = pool_.memory();
  for (const auto& partition : partitions_) bytes += partition->rows.memory();
  return bytes;
}

asio::awaitable<result<std::vector<PastStatement>>> ProfileStore::history(enterprise::Uscc uscc, std::size_t records) {
  std::vector<PastStatement> past;
  const ProfileRow* row = row_of(uscc);
  if (row == nullptr) co_return past;
  const std::vector<log::Offset> offsets = row->record_offsets();
  // The statement that counts now is not an earlier one; the first that equals it, from the newest, is it.
  std::vector<Cell> current(row->view().begin(), row->view().end());
  std::vector<std::size_t> shown(dictionary_->size(), 0);
  log::ReadLimits one;
  one.records = 1;
  for (std::size_t i = offsets.size(); i-- > 0 && offsets.size() - i <= records;) {
    const result<log::Batch> batch = co_await log_.read("profiles", partition_of(uscc), offsets[i], one);
    if (!batch) co_return batch.error();
    if (batch->records.empty() || batch->records.front()->offset != offsets[i]) continue;
    const contracts::ProfilePatched* event = reader_.read(batch->records.front()->value);
    if (event == nullptr) continue;
    for (std::size_t n = event->attributes.size(); n-- > 0;) {
      CheckedStatement statement;
      domain::FieldError mistake;
      if (!check(event->attributes[n], statement, mistake)) continue;
      const Cell cell(statement.attribute->slot, pool_.pack(statement.value), pool_.text(statement.source), statement.as_of, false);
      const auto counting = std::ranges::find_if(current, [&](const Cell& each) { return each.slot() == cell.slot() && !each.derived(); });
      if (counting != current.end() && counting->value() == cell.value() && counting->source() == cell.source() &&
          counting->as_of() == cell.as_of()) {
        current.erase(counting);
        continue;
      }
      if (shown[cell.slot()]++ >= most_earlier) continue;
      PastStatement statement_then;
      statement_then.attribute = known(cell);
      statement_then.recorded_at = event->recorded_at;
      statement_then.offset = offsets[i];
      past.push_back(statement_then);
    }
  }
  co_return past;
}

}  // namespace zhida::stores
