#include "simulation/brokers.hpp"

#include "platform/log/sole_membership.hpp"
#include "platform/log/ticket.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace zhida::simulation {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::result;
using log::Error;
using Offsets = std::vector<log::Offset>;

const std::string log_id = "simulated";

template <class T>
using SharedTicket = std::shared_ptr<log::Ticket<T>>;

/// What becomes of an append.
enum class Fate { good, lost, unknown, late, partial, doubled };

Fate fate_of(World& world) {
  const Faults& faults = world.faults;
  if (world.strikes(faults.append_lost)) return Fate::lost;
  if (world.strikes(faults.append_unknown)) return Fate::unknown;
  if (world.strikes(faults.append_late)) return Fate::late;
  if (world.strikes(faults.append_partial)) return Fate::partial;
  if (world.strikes(faults.append_doubled)) return Fate::doubled;
  return Fate::good;
}

}  // namespace

Brokers::Brokers(World& world, log::Layout layout)
    : world_(world), index_(std::move(layout)), records_(index_.size()), ends_(index_.size()) {}

const std::vector<log::RecordPtr>& Brokers::records(std::string_view topic, int partition) const {
  return records_[index_.find(topic, partition)];
}

Offsets Brokers::append(const std::vector<log::NewRecord>& records) {
  Offsets offsets;
  std::set<std::size_t> touched;
  for (log::NewRecord record : records) {
    if (alters) alters(record);
    const std::size_t at = index_.find(record.topic, record.partition);
    offsets.push_back(ends_[at] + acknowledged_ahead);
    if (forgets && forgets(record)) continue;
    auto stored = std::make_shared<log::Record>();
    stored->offset = ends_[at];
    stored->key = std::move(record.key);
    stored->value = std::move(record.value);
    stored->event = std::move(record.event);
    world_.note(stored->event.id);
    world_.note(stored->value);
    records_[at].push_back(std::move(stored));
    ends_[at] += world_.random.chance(5) ? 2 : 1;  // offsets have gaps
    touched.insert(at);
  }
  for (LogPort* const port : ports_)
    for (const std::size_t at : touched) port->show(at);
  return offsets;
}

result<log::Batch> Brokers::read(std::size_t partition, log::Offset from, log::ReadLimits limits) const {
  if (from > ends_[partition]) return Error::beyond_end;
  log::Batch batch;
  batch.next = ends_[partition];
  const std::vector<log::RecordPtr>& all = records_[partition];
  std::size_t bytes = 0;
  for (auto at = std::ranges::lower_bound(all, from, {}, [](const log::RecordPtr& record) { return record->offset; }); at != all.end();
       ++at) {
    bytes += log::size_of(**at);
    if (!batch.records.empty() && (batch.records.size() >= limits.records || bytes > limits.bytes)) {
      batch.next = (*at)->offset;
      break;
    }
    if (!hides || !hides(**at)) batch.records.push_back(*at);
  }
  return batch;
}

LogPort::LogPort(World& world, Brokers& brokers, Host& host)
    : world_(world), brokers_(brokers), host_(host), watch_(std::make_shared<log::TailWatch>(brokers.index_.size())) {
  for (std::size_t i = 0; i < brokers.index_.size(); ++i) watch_->set_end(i, brokers.ends_[i]);
  brokers_.ports_.push_back(this);
}

LogPort::~LogPort() {
  cut();
  watch_->close();
}

void LogPort::cut() {
  if (line_->dead) return;
  line_->dead = true;
  line_->loses = world_.random.chance(50);
  std::erase(brokers_.ports_, this);
}

// Each process hears of new records in its own time.
void LogPort::show(std::size_t partition) {
  if (!watch_->is_waited_for(partition)) return watch_->set_end(partition, brokers_.ends_[partition]);
  world_.after(world_.random.between(20, 3'000) * microsecond, [this, partition, line = line_] {
    if (!line->dead) watch_->set_end(partition, brokers_.ends_[partition]);
  });
}

const std::string& LogPort::id() const { return log_id; }

log::EventLog::Awaitable<Offsets> LogPort::append(std::vector<log::NewRecord> records) {
  for (const log::NewRecord& record : records)
    if (brokers_.index_.find(record.topic, record.partition) == log::PartitionIndex::none) co_return Error::unknown_partition;
  if (line_->dead) co_return Error::io;
  auto start = [this, &records](void* opaque) {
    auto ticket = std::make_shared<log::Ticket<Offsets>>(opaque);
    auto sent = std::make_shared<std::vector<log::NewRecord>>(std::move(records));
    const Fate fate = fate_of(world_);
    const Nanoseconds way = world_.random.between(50, 2'000) * microsecond;
    const Nanoseconds back = world_.strikes(world_.faults.slow_ack) ? world_.random.between(1, 1'000) * millisecond
                                                                    : world_.random.between(20, 500) * microsecond;
    const Nanoseconds again = way + world_.random.between(1, 3'000) * millisecond;
    world_.note(static_cast<std::uint64_t>(fate));
    auto arrives = [&world = world_, &brokers = brokers_, line = line_, sent, ticket, fate, back] {
      if (line->dead && line->loses) return;
      if (fate == Fate::partial) sent->resize(sent->size() / 2);
      Offsets offsets = brokers.append(*sent);
      world.after(back, [ticket, fate, offsets = std::move(offsets)] {
        if (fate == Fate::unknown || fate == Fate::partial)
          ticket->answer(error_code(Error::io));
        else
          ticket->answer(offsets);
      });
    };
    auto appears = [&brokers = brokers_, sent] { brokers.append(*sent); };
    if (fate == Fate::lost || fate == Fate::late)
      world_.after(way + back, [ticket] { ticket->answer(error_code(Error::io)); });
    else
      world_.after(way, std::move(arrives));
    if (fate == Fate::late || fate == Fate::doubled) world_.after(again, std::move(appears));
  };
  co_return co_await runtime::Callback<Offsets>::wait(host_.context.get_executor(), std::move(start));
}

log::EventLog::Awaitable<log::Batch> LogPort::read(std::string_view topic, std::int32_t partition, log::Offset from,
                                                   log::ReadLimits limits) {
  const std::size_t at = brokers_.index_.find(topic, partition);
  if (at == log::PartitionIndex::none) co_return Error::unknown_partition;
  if (line_->dead) co_return Error::io;
  auto start = [this, at, from, limits](void* opaque) {
    auto ticket = std::make_shared<log::Ticket<log::Batch>>(opaque);
    const bool fails = world_.strikes(world_.faults.read_error);
    world_.after(world_.random.between(20, 400) * microsecond, [this, ticket, at, from, limits, fails, line = line_] {
      if (line->dead || fails) return ticket->answer(error_code(Error::io));
      ticket->answer(brokers_.read(at, from, limits));
    });
  };
  co_return co_await runtime::Callback<log::Batch>::wait(host_.context.get_executor(), std::move(start));
}

asio::awaitable<void> LogPort::wait(std::vector<log::Position> positions) { return watch_->wait(log::targets(brokers_.index_, positions)); }

log::EventLog::Awaitable<log::Range> LogPort::range(std::string_view topic, std::int32_t partition) {
  const std::size_t at = brokers_.index_.find(topic, partition);
  if (at == log::PartitionIndex::none) co_return Error::unknown_partition;
  if (line_->dead) co_return Error::io;
  auto start = [this, at](void* opaque) {
    auto ticket = std::make_shared<log::Ticket<log::Range>>(opaque);
    const bool fails = world_.strikes(world_.faults.read_error);
    world_.after(world_.random.between(20, 400) * microsecond, [this, ticket, at, fails, line = line_] {
      if (line->dead || fails) return ticket->answer(error_code(Error::io));
      ticket->answer(log::Range{0, brokers_.ends_[at]});
    });
  };
  co_return co_await runtime::Callback<log::Range>::wait(host_.context.get_executor(), std::move(start));
}

log::EventLog::Awaitable<std::unique_ptr<log::Membership>> LogPort::join(std::string_view, std::vector<std::string> topics) {
  co_return log::SoleMembership::of(brokers_.index_, topics);
}

log::EventLog::Awaitable<void> LogPort::compact(std::string_view) { co_return Error::unsupported; }
log::EventLog::Awaitable<void> LogPort::trim(std::string_view, std::int32_t, log::Offset) { co_return Error::unsupported; }
log::EventLog::Awaitable<void> LogPort::backup(std::filesystem::path) { co_return Error::unsupported; }

}  // namespace zhida::simulation
