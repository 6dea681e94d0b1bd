#include "platform/log/sqlite_log.hpp"

#include "platform/log/sole_membership.hpp"
#include "platform/log/sqlite_backup.hpp"
#include "platform/log/sqlite_file.hpp"
#include "platform/log/sqlite_reader.hpp"
#include "platform/log/sqlite_upkeep.hpp"
#include "platform/log/sqlite_writer.hpp"
#include "platform/log/tail_cache.hpp"
#include "platform/log/tail_watch.hpp"
#include "platform/runtime/callback.hpp"

#include <fmt/core.h>
#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using boost::system::result;

/// Keeps a second process from opening the file. A file of its own: closing any descriptor of the
/// database itself would drop SQLite's locks.
class FileLock {
 public:
  explicit FileLock(const fs::path& file) {
    fs::path path = file;
    path += "-lock";
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw OpenError(fmt::format("{} cannot be opened", path.string()));
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(descriptor_);
    throw OpenError(fmt::format("{} is in use by another process", file.string()));
  }
  ~FileLock() { ::close(descriptor_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace

/// What lives on the executor. Coroutines that wait share it, so it may outlive the log; the threads do not.
class SqliteLog::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::any_io_executor executor, fs::path file, Layout layout, const Options& options)
      : executor_(std::move(executor)),
        file_(std::move(file)),
        options_(options),
        partitions_(std::move(layout)),
        lock_(std::make_unique<FileLock>(file_)),
        cache_(partitions_.size(), options.cache_bytes),
        watch_(std::make_shared<TailWatch>(partitions_.size())),
        gate_(std::make_shared<ByteGate>(executor_, options.queue_bytes)) {}

  void open() {
    try {
      sqlite::Database database(file_, options_.busy_limit);
      SqliteFile content = prepare_file(database, file_, partitions_);
      id_ = std::move(content.id);
      std::vector<Offset> ends;
      for (std::size_t i = 0; i < partitions_.size(); ++i) {
        starts_.push_back(content.ranges[i].start);
        ends.push_back(content.ranges[i].end);
        watch_->set_end(i, content.ranges[i].end);
      }
      reader_ = std::make_unique<SqliteReader>(executor_, sqlite::Database(file_, options_.busy_limit), partitions_);
      auto committed = [weak = weak_from_this()](std::vector<AppendJob> jobs) {
        if (const auto core = weak.lock()) core->publish(jobs);
        for (AppendJob& job : jobs) answer(job);
      };
      writer_ =
          std::make_unique<SqliteWriter>(executor_, std::move(database), partitions_, std::move(ends), options_, std::move(committed));
    } catch (const sqlite::Failure& failure) {
      throw OpenError(fmt::format("{} cannot be used as an event log: {}", file_.string(), failure.what()));
    }
  }

  void close() {
    gate_->close();
    watch_->close();
    backup_.reset();
    writer_.reset();
    reader_.reset();
    lock_.reset();
  }

  const std::string& id() const { return id_; }
  const PartitionIndex& partitions() const { return partitions_; }
  std::size_t queued_bytes() const { return gate_->inside(); }

  asio::awaitable<result<std::vector<Offset>>> append(std::vector<NewRecord> records) {
    const auto self = shared_from_this();
    AppendJob job;
    job.records = std::move(records);
    if (const auto error = prepare(job)) co_return error;
    if (job.records.empty()) co_return std::vector<Offset>();
    job.pass = co_await gate_->enter(job.bytes);
    if (!job.pass || !writer_) co_return asio::error::make_error_code(asio::error::operation_aborted);
    auto start = [&](void* opaque) {
      job.ticket = Ticket<std::vector<Offset>>(opaque);
      writer_->append(std::move(job));
    };
    co_return co_await runtime::Callback<std::vector<Offset>>::wait(executor_, start);
  }

  asio::awaitable<result<Batch>> read(std::size_t partition, Offset from, ReadLimits limits) {
    const auto self = shared_from_this();
    if (partition == PartitionIndex::none) co_return Error::unknown_partition;
    const Offset end = watch_->end(partition);
    if (from < starts_[partition]) co_return Error::trimmed;
    if (from > end) co_return Error::beyond_end;
    Batch empty;
    empty.next = from;
    if (from == end) co_return empty;
    if (cache_.holds(partition, from)) co_return cache_.read(partition, from, limits);
    if (!reader_) co_return asio::error::make_error_code(asio::error::operation_aborted);
    auto start = [&](void* opaque) { reader_->read({partition, from, end, limits, Ticket<Batch>(opaque)}); };
    result<Batch> batch = co_await runtime::Callback<Batch>::wait(executor_, start);
    // Trimmed meanwhile: what came may lack records.
    if (batch && from < starts_[partition]) co_return Error::trimmed;
    co_return batch;
  }

  asio::awaitable<void> wait(std::vector<TailWatch::Target> targets) { return watch_->wait(std::move(targets)); }

  result<Range> range(std::size_t partition) const {
    if (partition == PartitionIndex::none) return Error::unknown_partition;
    return Range{starts_[partition], watch_->end(partition)};
  }

  asio::awaitable<result<void>> trim(std::size_t partition, Offset before) {
    const auto self = shared_from_this();
    if (partition == PartitionIndex::none) co_return Error::unknown_partition;
    if (before > watch_->end(partition)) co_return Error::beyond_end;
    if (before <= starts_[partition]) co_return result<void>();
    result<void> moved = co_await upkeep(move_start(partitions_.name(partition), before));
    if (!moved) co_return moved;
    starts_[partition] = std::max(starts_[partition], before);
    co_return co_await upkeep(delete_before(partitions_.name(partition), before));
  }

  asio::awaitable<result<void>> compact(const TopicLayout& topic) {
    const auto self = shared_from_this();
    for (std::int32_t p = 0; p < topic.partitions; ++p) {
      const std::size_t partition = partitions_.find(topic.name, p);
      result<void> done = co_await upkeep(keep_newest(partitions_.name(partition)));
      if (!done) co_return done;
      cache_.drop(partition);
    }
    co_return co_await upkeep(erase_traces());
  }

  asio::awaitable<result<void>> backup(fs::path target) {
    const auto self = shared_from_this();
    if (backup_ && !backup_->ended()) co_return Error::busy;
    auto start = [&](void* opaque) { backup_ = std::make_unique<SqliteBackup>(executor_, file_, std::move(target), Ticket<void>(opaque)); };
    co_return co_await runtime::Callback<void>::wait(executor_, start);
  }

 private:
  boost::system::error_code prepare(AppendJob& job) const {
    job.partitions.reserve(job.records.size());
    const NewRecord* previous = nullptr;
    for (const NewRecord& record : job.records) {
      const bool same = previous && previous->partition == record.partition && previous->topic == record.topic;
      const std::size_t partition = same ? job.partitions.back() : partitions_.find(record.topic, record.partition);
      if (partition == PartitionIndex::none) return Error::unknown_partition;
      const std::size_t bytes = size_of(record);
      if (bytes > options_.record_bytes) return Error::too_large;
      job.partitions.push_back(static_cast<std::uint32_t>(partition));
      job.bytes += bytes;
      previous = &record;
    }
    return {};
  }

  void publish(const std::vector<AppendJob>& jobs) {
    for (const AppendJob& job : jobs)
      for (std::size_t i = 0; i < job.stored.size(); ++i) cache_.add(job.partitions[i], job.stored[i]);
    // Only now may readers see them, and each waiter is woken once for the whole transaction.
    std::vector<Offset> ends(partitions_.size(), 0);
    for (const AppendJob& job : jobs)
      for (std::size_t i = 0; i < job.stored.size(); ++i) ends[job.partitions[i]] = job.stored[i]->offset + 1;
    for (std::size_t i = 0; i < ends.size(); ++i)
      if (ends[i] != 0) watch_->set_end(i, ends[i]);
  }

  static void answer(AppendJob& job) {
    if (job.error) return job.ticket.answer(job.error);
    std::vector<Offset> offsets;
    offsets.reserve(job.stored.size());
    for (const RecordPtr& record : job.stored) offsets.push_back(record->offset);
    job.ticket.answer(std::move(offsets));
  }

  asio::awaitable<result<void>> upkeep(Upkeep work) {
    if (!writer_) co_return asio::error::make_error_code(asio::error::operation_aborted);
    auto start = [&](void* opaque) {
      // std::function wants copies; there is only ever one answer.
      auto ticket = std::make_shared<Ticket<void>>(opaque);
      auto done = [ticket](boost::system::error_code error) { ticket->answer(error ? result<void>(error) : result<void>()); };
      writer_->upkeep({std::move(work), std::move(done)});
    };
    co_return co_await runtime::Callback<void>::wait(executor_, start);
  }

  asio::any_io_executor executor_;
  fs::path file_;
  Options options_;
  PartitionIndex partitions_;
  std::unique_ptr<FileLock> lock_;
  std::string id_;
  std::vector<Offset> starts_;
  TailCache cache_;
  std::shared_ptr<TailWatch> watch_;
  std::shared_ptr<ByteGate> gate_;
  std::unique_ptr<SqliteReader> reader_;
  std::unique_ptr<SqliteWriter> writer_;
  std::unique_ptr<SqliteBackup> backup_;
};

SqliteLog::SqliteLog(asio::any_io_executor executor, fs::path file, Layout layout)
    : SqliteLog(std::move(executor), std::move(file), std::move(layout), Options()) {}

SqliteLog::SqliteLog(asio::any_io_executor executor, fs::path file, Layout layout, Options options)
    : core_(std::make_shared<Core>(std::move(executor), std::move(file), std::move(layout), options)) {
  core_->open();
}

SqliteLog::~SqliteLog() { core_->close(); }

const std::string& SqliteLog::id() const { return core_->id(); }

const Layout& SqliteLog::layout() const { return core_->partitions().layout(); }

EventLog::Awaitable<std::vector<Offset>> SqliteLog::append(std::vector<NewRecord> records) { return core_->append(std::move(records)); }

std::size_t SqliteLog::queued_bytes() const { return core_->queued_bytes(); }

EventLog::Awaitable<Batch> SqliteLog::read(std::string_view topic, std::int32_t partition, Offset from, ReadLimits limits) {
  return core_->read(core_->partitions().find(topic, partition), from, limits);
}

asio::awaitable<void> SqliteLog::wait(std::vector<Position> positions) { return core_->wait(targets(core_->partitions(), positions)); }

EventLog::Awaitable<Range> SqliteLog::range(std::string_view topic, std::int32_t partition) {
  co_return core_->range(core_->partitions().find(topic, partition));
}

EventLog::Awaitable<std::unique_ptr<Membership>> SqliteLog::join(std::string_view, std::vector<std::string> topics) {
  co_return SoleMembership::of(core_->partitions(), topics);
}

EventLog::Awaitable<void> SqliteLog::compact(std::string_view name) {
  const TopicLayout* topic = core_->partitions().topic(name);
  if (!topic) co_return Error::unknown_partition;
  if (topic->retention.kind != Retention::Kind::compacted) co_return Error::unsupported;
  co_return co_await core_->compact(*topic);
}

EventLog::Awaitable<void> SqliteLog::trim(std::string_view topic, std::int32_t partition, Offset before) {
  return core_->trim(core_->partitions().find(topic, partition), before);
}

EventLog::Awaitable<void> SqliteLog::backup(fs::path file) { return core_->backup(std::move(file)); }

}  // namespace zhida::log
