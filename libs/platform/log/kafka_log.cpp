#include "platform/log/kafka_log.hpp"

#include "platform/log/byte_gate.hpp"
#include "platform/log/kafka_compaction.hpp"
#include "platform/log/kafka_follower.hpp"
#include "platform/log/kafka_groups.hpp"
#include "platform/log/kafka_history.hpp"
#include "platform/log/kafka_open.hpp"
#include "platform/log/kafka_producer.hpp"
#include "platform/log/kafka_ranges.hpp"
#include "platform/log/kafka_record.hpp"
#include "platform/log/kafka_trimmer.hpp"
#include "platform/log/sole_membership.hpp"
#include "platform/log/tail_cache.hpp"
#include "platform/log/tail_watch.hpp"
#include "platform/runtime/callback.hpp"
#include "platform/runtime/timeout.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr auto sweep_interval = 10s;
constexpr auto idle_stream = 30s;   // a place in older records that nobody reads on
constexpr auto idle_follow = 120s;  // a partition nobody waits for

boost::system::error_code aborted() { return asio::error::make_error_code(asio::error::operation_aborted); }

}  // namespace

/// What lives on the executor. Coroutines that wait share it, so it may outlive the log; its connections do not.
class KafkaLog::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::any_io_executor executor, KafkaSettings settings, Layout layout, Report report)
      : executor_(std::move(executor)),
        settings_(std::move(settings)),
        report_(std::move(report)),
        partitions_(std::move(layout)),
        id_(kafka::open_log(settings_, partitions_)),
        starts_(partitions_.size(), 0),
        interest_(partitions_.size()),
        cache_(partitions_.size(), settings_.cache_bytes),
        ends_(std::make_shared<TailWatch>(partitions_.size())),
        followed_(std::make_shared<TailWatch>(partitions_.size())),
        gate_(std::make_shared<ByteGate>(executor_, settings_.queue_bytes)),
        sweep_(executor_) {
    for (const TopicLayout& topic : partitions_.layout())
      for (std::int32_t p = 0; p < topic.partitions; ++p) places_.push_back({settings_.topic_prefix + topic.name, p});
    producer_ = std::make_shared<KafkaProducer>(
        executor_, settings_, partitions_, id_, [this](std::string_view sentence) { tell(sentence); },
        [this](std::size_t partition, Offset offset) { grow(partition, offset + 1); });
    follower_ = std::make_unique<KafkaFollower>(executor_, settings_, partitions_, id_, follower_events());
    groups_ = std::make_shared<KafkaGroups>(executor_, settings_, report_);
    history_ = std::make_shared<KafkaHistory>(executor_, settings_, partitions_, id_);
    ranges_ = std::make_shared<KafkaRanges>(executor_, settings_);
    trimmer_ = std::make_unique<KafkaTrimmer>(executor_, *follower_->client(), settings_.request_limit);
  }

  void start() {
    producer_->start();
    sweep_later();
  }

  void close() {
    closed_ = true;
    sweep_.cancel();
    gate_->close();
    ends_->close();
    followed_->close();
    ranges_->stop();  // what it is asking ends while the groups are left
    groups_->close();
    history_->close();
    producer_->close();
    trimmer_.reset();
    ranges_.reset();
    follower_.reset();
  }

  const std::string& id() const { return id_; }
  const PartitionIndex& partitions() const { return partitions_; }
  std::size_t queued_bytes() const { return gate_->inside(); }

  asio::awaitable<result<std::vector<Offset>>> append(std::vector<NewRecord> records) {
    const auto self = shared_from_this();
    KafkaAppend append;
    append.records = std::move(records);
    std::size_t bytes = 0;
    for (const NewRecord& record : append.records) {
      const std::size_t partition = partitions_.find(record.topic, record.partition);
      if (partition == PartitionIndex::none) co_return Error::unknown_partition;
      const std::size_t size = size_of(record);
      if (size > settings_.record_bytes) co_return Error::too_large;
      append.partitions.push_back(partition);
      bytes += size;
    }
    if (append.records.empty()) co_return std::vector<Offset>();
    append.pass = co_await gate_->enter(bytes);
    if (!append.pass || closed_) co_return aborted();
    co_return co_await send(std::move(append));
  }

  asio::awaitable<result<Batch>> read(std::size_t partition, Offset from, ReadLimits limits) {
    const auto self = shared_from_this();
    if (partition == PartitionIndex::none) co_return Error::unknown_partition;
    if (closed_) co_return aborted();
    interest_[partition] = Clock::now();
    if (from < starts_[partition]) co_return Error::trimmed;
    const Offset known = ends_->end(partition);
    if (from > known || (from == known && !follower_->next(partition))) {
      const result<Range> fresh = co_await range(partition);
      if (!fresh) co_return fresh.error();
      if (from < fresh->start) co_return Error::trimmed;
      if (from > fresh->end) co_return Error::beyond_end;
      if (closed_) co_return aborted();
    }
    const std::optional<Offset> next = follower_->next(partition);
    if (next && from >= *next && follower_->error(partition)) co_return follower_->error(partition);
    Batch batch;
    batch.next = from;
    const Offset end = ends_->end(partition);
    if (from >= end) co_return batch;
    if (next) {
      const result<void> there = co_await runtime::within<void>(settings_.request_limit, arrival(partition, from));
      if (closed_) co_return aborted();
      if (!there) co_return Error::io;
      if (cache_.holds(partition, from)) {
        batch = cache_.read(partition, from, limits);
        if (batch.records.empty()) batch.next = std::max(from, followed_->end(partition));
        co_return batch;
      }
    }
    batch = Batch();
    result<Batch> older = co_await history_->read(partition, std::max<Offset>(from, 0), end, limits);
    // Trimmed meanwhile: what came may lack records.
    if (older && from < starts_[partition]) co_return Error::trimmed;
    co_return older;
  }

  asio::awaitable<void> wait(std::vector<TailWatch::Target> targets) {
    if (!closed_)
      for (const TailWatch::Target& target : targets) {
        interest_[target.partition] = Clock::now();
        follower_->follow(target.partition);
      }
    return ends_->wait(std::move(targets));
  }

  asio::awaitable<result<Range>> range(std::size_t partition) {
    const auto self = shared_from_this();
    if (partition == PartitionIndex::none) co_return Error::unknown_partition;
    if (closed_) co_return aborted();
    const result<Range> asked = co_await ranges_->ask(places_[partition].topic, places_[partition].partition);
    if (!asked) co_return asked;
    starts_[partition] = std::max(starts_[partition], asked->start);
    grow(partition, asked->end);
    Range known;
    known.start = starts_[partition];
    known.end = std::max(ends_->end(partition), known.start);
    co_return known;
  }

  asio::awaitable<result<void>> trim(std::size_t partition, bool allowed, Offset before) {
    const auto self = shared_from_this();
    const result<Range> now = co_await range(partition);
    if (!now) co_return now.error();
    if (before > now->end) co_return Error::beyond_end;
    if (before <= now->start) co_return result<void>();
    if (!allowed) co_return Error::unsupported;
    if (closed_) co_return aborted();
    const result<void> done = co_await trimmer_->trim(places_[partition].topic, places_[partition].partition, before);
    if (done) starts_[partition] = std::max(starts_[partition], before);
    co_return done;
  }

  asio::awaitable<result<std::unique_ptr<Membership>>> join(std::string group, std::vector<std::string> topics) {
    const auto self = shared_from_this();
    result<std::unique_ptr<Membership>> all = SoleMembership::of(partitions_, topics);
    if (!all || topics.empty()) co_return all;
    co_return co_await groups_->join(std::move(group), topics.front());
  }

  asio::awaitable<result<void>> compact(const TopicLayout& topic) {
    const auto self = shared_from_this();
    for (std::int32_t p = 0; p < topic.partitions; ++p) {
      const std::size_t partition = partitions_.find(topic.name, p);
      KafkaCompaction compaction;
      compaction.range = [this, partition] { return range(partition); };
      compaction.read = [this, partition](Offset from, Offset end) { return history_->read(partition, from, end, ReadLimits()); };
      compaction.roll = [this, partition, &topic, p] { return roll(partition, topic.name, p); };
      compaction.segment = settings_.compacted_segment;
      compaction.limit = settings_.compaction_limit;
      const result<void> done = co_await compaction.run();
      if (!done) co_return done;
      if (closed_) co_return aborted();
      // What was fetched before may hold what is removed now.
      cache_.drop(partition);
      history_->forget(0s);
    }
    co_return result<void>();
  }

 private:
  struct Place {
    std::string topic;
    std::int32_t partition;
  };

  void tell(std::string_view sentence) const {
    if (report_) report_(sentence);
  }

  void grow(std::size_t partition, Offset end) {
    if (end > ends_->end(partition)) ends_->set_end(partition, end);
  }

  KafkaFollower::Events follower_events() {
    KafkaFollower::Events events;
    events.arrived = [this](std::size_t partition, RecordPtr record) { cache_.add(partition, std::move(record)); };
    events.reached = [this](std::size_t partition, Offset next) {
      followed_->set_end(partition, next);
      grow(partition, without_marker(next));
    };
    events.lost = [this](std::size_t partition) {
      cache_.drop(partition);
      tell("Kafka reader: " + partitions_.name(partition) + " has lost records that were being read");
      if (ends_->is_waited_for(partition)) follower_->follow(partition);
    };
    events.report = [this](std::string_view sentence) { tell(sentence); };
    return events;
  }

  asio::awaitable<result<std::vector<Offset>>> send(KafkaAppend append) {
    auto start = [&](void* opaque) {
      append.ticket = Ticket<std::vector<Offset>>(opaque);
      producer_->append(std::move(append));
    };
    co_return co_await runtime::Callback<std::vector<Offset>>::wait(executor_, start);
  }

  // Until what lies at `from` has arrived from a followed partition.
  asio::awaitable<result<void>> arrival(std::size_t partition, Offset from) {
    std::vector<TailWatch::Target> target;
    target.push_back({partition, from});
    co_await followed_->wait(std::move(target));
    co_return result<void>();
  }

  asio::awaitable<result<void>> roll(std::size_t partition, std::string topic, std::int32_t number) {
    KafkaAppend append;
    append.records.push_back(kafka::make_marker(kafka::rolled_marker, id_));
    append.records.back().topic = std::move(topic);
    append.records.back().partition = number;
    append.partitions.push_back(partition);
    const auto done = co_await send(std::move(append));
    if (!done) co_return done.error();
    co_return result<void>();
  }

  void sweep_later() {
    sweep_.expires_after(sweep_interval);
    sweep_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error && !self->closed_) {
        self->sweep();
        self->sweep_later();
      }
    });
  }

  void sweep() {
    history_->forget(idle_stream);
    const auto before = Clock::now() - idle_follow;
    for (std::size_t p = 0; p < partitions_.size(); ++p) {
      if (!follower_->next(p) || ends_->is_waited_for(p) || followed_->is_waited_for(p) || interest_[p] > before) continue;
      follower_->unfollow(p);
      cache_.drop(p);  // what comes later will not follow on
    }
  }

  asio::any_io_executor executor_;
  KafkaSettings settings_;
  Report report_;
  PartitionIndex partitions_;
  std::string id_;
  std::vector<Place> places_;
  std::vector<Offset> starts_;
  std::vector<Clock::time_point> interest_;  // when somebody last read or waited
  TailCache cache_;
  std::shared_ptr<TailWatch> ends_;      // what is known of the partitions' ends: no acknowledged record of ours lies beyond
  std::shared_ptr<TailWatch> followed_;  // what has arrived of those that are followed
  std::shared_ptr<ByteGate> gate_;
  asio::steady_timer sweep_;
  std::shared_ptr<KafkaProducer> producer_;
  std::unique_ptr<KafkaFollower> follower_;
  std::shared_ptr<KafkaGroups> groups_;
  std::shared_ptr<KafkaHistory> history_;
  std::shared_ptr<KafkaRanges> ranges_;
  std::unique_ptr<KafkaTrimmer> trimmer_;
  bool closed_ = false;
};

KafkaLog::KafkaLog(asio::any_io_executor executor, KafkaSettings settings, Layout layout, Report report)
    : core_(std::make_shared<Core>(std::move(executor), std::move(settings), std::move(layout), std::move(report))) {
  core_->start();
}

KafkaLog::~KafkaLog() { core_->close(); }

const std::string& KafkaLog::id() const { return core_->id(); }

const Layout& KafkaLog::layout() const { return core_->partitions().layout(); }

EventLog::Awaitable<std::vector<Offset>> KafkaLog::append(std::vector<NewRecord> records) { return core_->append(std::move(records)); }

std::size_t KafkaLog::queued_bytes() const { return core_->queued_bytes(); }

EventLog::Awaitable<Batch> KafkaLog::read(std::string_view topic, std::int32_t partition, Offset from, ReadLimits limits) {
  return core_->read(core_->partitions().find(topic, partition), from, limits);
}

asio::awaitable<void> KafkaLog::wait(std::vector<Position> positions) { return core_->wait(targets(core_->partitions(), positions)); }

EventLog::Awaitable<Range> KafkaLog::range(std::string_view topic, std::int32_t partition) {
  return core_->range(core_->partitions().find(topic, partition));
}

EventLog::Awaitable<std::unique_ptr<Membership>> KafkaLog::join(std::string_view group, std::vector<std::string> topics) {
  return core_->join(std::string(group), std::move(topics));
}

EventLog::Awaitable<void> KafkaLog::compact(std::string_view name) {
  const TopicLayout* topic = core_->partitions().topic(name);
  if (!topic) co_return Error::unknown_partition;
  if (topic->retention.kind != Retention::Kind::compacted) co_return Error::unsupported;
  co_return co_await core_->compact(*topic);
}

EventLog::Awaitable<void> KafkaLog::trim(std::string_view name, std::int32_t partition, Offset before) {
  const TopicLayout* topic = core_->partitions().topic(name);
  const bool allowed = topic && topic->retention.kind != Retention::Kind::compacted;  // brokers trim no compacted topics
  return core_->trim(core_->partitions().find(name, partition), allowed, before);
}

EventLog::Awaitable<void> KafkaLog::backup(std::filesystem::path) { co_return Error::unsupported; }

}  // namespace zhida::log
