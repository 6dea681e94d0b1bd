#include "platform/log/memory_log.hpp"

#include "platform/log/partition_index.hpp"
#include "platform/log/sole_membership.hpp"
#include "platform/log/tail_watch.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;

struct MemoryLog::State {
  struct Partition {
    std::deque<RecordPtr> records;
    Offset start = 0;
  };

  State(Layout layout, Options wanted)
      : options(std::move(wanted)), index(std::move(layout)), partitions(index.size()), watch(std::make_shared<TailWatch>(index.size())) {}

  Options options;
  PartitionIndex index;
  std::vector<Partition> partitions;
  std::shared_ptr<TailWatch> watch;
};

namespace {

auto first_from(const std::deque<RecordPtr>& records, Offset from) {
  return std::ranges::lower_bound(records, from, {}, [](const RecordPtr& record) { return record->offset; });
}

}  // namespace

MemoryLog::MemoryLog(Layout layout) : MemoryLog(std::move(layout), Options()) {}

MemoryLog::MemoryLog(Layout layout, Options options) : state_(std::make_unique<State>(std::move(layout), std::move(options))) {}

MemoryLog::~MemoryLog() { state_->watch->close(); }

const std::string& MemoryLog::id() const { return state_->options.id; }

const Layout& MemoryLog::layout() const { return state_->index.layout(); }

EventLog::Awaitable<std::vector<Offset>> MemoryLog::append(std::vector<NewRecord> records) {
  for (const NewRecord& record : records)
    if (state_->index.find(record.topic, record.partition) == PartitionIndex::none) co_return Error::unknown_partition;
  std::vector<Offset> offsets;
  std::set<std::size_t> touched;
  std::vector<Offset> ends(state_->index.size());
  for (NewRecord& record : records) {
    const std::size_t index = state_->index.find(record.topic, record.partition);
    const Offset offset = std::max(ends[index], state_->watch->end(index));
    auto stored = std::make_shared<Record>();
    stored->offset = offset;
    stored->key = std::move(record.key);
    stored->value = std::move(record.value);
    stored->event = std::move(record.event);
    state_->partitions[index].records.push_back(std::move(stored));
    offsets.push_back(offset);
    ends[index] = offset + 1 + state_->options.gap;
    touched.insert(index);
  }
  for (const std::size_t index : touched) state_->watch->set_end(index, ends[index]);
  co_return offsets;
}

EventLog::Awaitable<Batch> MemoryLog::read(std::string_view topic, std::int32_t partition, Offset from, ReadLimits limits) {
  const std::size_t index = state_->index.find(topic, partition);
  if (index == PartitionIndex::none) co_return Error::unknown_partition;
  const State::Partition& stored = state_->partitions[index];
  const Offset end = state_->watch->end(index);
  if (from < stored.start) co_return Error::trimmed;
  if (from > end) co_return Error::beyond_end;
  Batch batch;
  std::size_t bytes = 0;
  for (auto at = first_from(stored.records, from); at != stored.records.end(); ++at) {
    bytes += size_of(**at);
    if (!batch.records.empty() && (batch.records.size() >= limits.records || bytes > limits.bytes)) {
      batch.next = batch.records.back()->offset + 1;
      co_return batch;
    }
    batch.records.push_back(*at);
  }
  batch.next = end;
  co_return batch;
}

asio::awaitable<void> MemoryLog::wait(std::vector<Position> positions) { return state_->watch->wait(targets(state_->index, positions)); }

EventLog::Awaitable<Range> MemoryLog::range(std::string_view topic, std::int32_t partition) {
  const std::size_t index = state_->index.find(topic, partition);
  if (index == PartitionIndex::none) co_return Error::unknown_partition;
  const Range range{state_->partitions[index].start, state_->watch->end(index)};
  co_return range;
}

EventLog::Awaitable<std::unique_ptr<Membership>> MemoryLog::join(std::string_view, std::vector<std::string> topics) {
  co_return SoleMembership::of(state_->index, topics);
}

EventLog::Awaitable<void> MemoryLog::compact(std::string_view name) {
  const TopicLayout* topic = state_->index.topic(name);
  if (!topic) co_return Error::unknown_partition;
  if (topic->retention.kind != Retention::Kind::compacted) co_return Error::unsupported;
  for (std::int32_t p = 0; p < topic->partitions; ++p) {
    auto& records = state_->partitions[state_->index.find(name, p)].records;
    std::set<std::string> newer;
    std::deque<RecordPtr> kept;
    for (auto at = records.rbegin(); at != records.rend(); ++at)
      if (newer.insert((*at)->key).second) kept.push_front(*at);
    records = std::move(kept);
  }
  co_return boost::system::result<void>();
}

EventLog::Awaitable<void> MemoryLog::trim(std::string_view topic, std::int32_t partition, Offset before) {
  const std::size_t index = state_->index.find(topic, partition);
  if (index == PartitionIndex::none) co_return Error::unknown_partition;
  if (before > state_->watch->end(index)) co_return Error::beyond_end;
  State::Partition& stored = state_->partitions[index];
  stored.start = std::max(stored.start, before);
  stored.records.erase(stored.records.begin(), first_from(stored.records, stored.start));
  co_return boost::system::result<void>();
}

EventLog::Awaitable<void> MemoryLog::backup(std::filesystem::path) { co_return Error::unsupported; }

}  // namespace zhida::log
