#include "platform/log/sqlite_writer.hpp"

#include <fmt/core.h>
#include <boost/asio/post.hpp>

#include <utility>

namespace zhida::log {

namespace asio = boost::asio;

boost::system::error_code to_error(const sqlite::Failure& failure) {
  switch (failure.code()) {
    case SQLITE_FULL:
      return Error::no_space;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error::busy;
    case SQLITE_TOOBIG:
      return Error::too_large;
    default:
      return Error::io;
  }
}

SqliteWriter::SqliteWriter(asio::any_io_executor executor, sqlite::Database database, const PartitionIndex& partitions,
                           std::vector<Offset> ends, const SqliteLog::Options& options, Committed committed)
    : executor_(std::move(executor)),
      database_(std::move(database)),
      partitions_(partitions),
      options_(options),
      committed_(std::make_shared<Committed>(std::move(committed))),
      ends_(std::move(ends)),
      inserts_(partitions.size()) {
  begin_.emplace(database_, "BEGIN IMMEDIATE");
  commit_.emplace(database_, "COMMIT");
  thread_ = std::thread([this] { work(); });
}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SqliteWriter::append(AppendJob job) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void SqliteWriter::upkeep(UpkeepJob job) {
  {
    const std::lock_guard lock(mutex_);
    upkeep_.push_back(std::move(job));
  }
  wake_.notify_one();
}

// What is queued, within the bounds of one transaction. Nobody waits for more to come: while one
// transaction is being synced the next one gathers by itself.
std::vector<AppendJob> SqliteWriter::take() {
  std::vector<AppendJob> jobs;
  std::size_t records = 0, bytes = 0;
  while (!queue_.empty() && records < options_.commit_records && bytes < options_.commit_bytes) {
    records += queue_.front().records.size();
    bytes += queue_.front().bytes;
    jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return jobs;
}

void SqliteWriter::work() {
  for (;;) {
    std::vector<AppendJob> jobs;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty() || !upkeep_.empty(); });
      if (stopping_) return;
      jobs = take();
    }
    if (!jobs.empty()) {
      commit(jobs);
      asio::post(executor_, [committed = committed_, done = std::move(jobs)]() mutable { (*committed)(std::move(done)); });
    }
    one_upkeep();
  }
}

void SqliteWriter::commit(std::vector<AppendJob>& jobs) {
  const std::vector<Offset> before = ends_;
  try {
    begin_->run();
    for (AppendJob& job : jobs) insert(job);
    commit_->run();
  } catch (const sqlite::Failure& failure) {
    database_.rollback();
    ends_ = before;
    for (AppendJob& job : jobs) {
      job.stored.clear();
      job.error = to_error(failure);
    }
  }
}

void SqliteWriter::insert(AppendJob& job) {
  job.stored.reserve(job.records.size());
  for (std::size_t i = 0; i < job.records.size(); ++i) {
    const std::size_t partition = job.partitions[i];
    NewRecord& from = job.records[i];
    auto& statement = inserts_[partition];
    if (!statement)
      statement.emplace(database_, fmt::format("INSERT INTO \"{}\" VALUES (?, ?, ?, ?, ?, ?, ?, ?)", partitions_.name(partition)));
    auto record = std::make_shared<Record>();
    record->offset = ends_[partition];
    record->key = std::move(from.key);
    record->value = std::move(from.value);
    record->event = std::move(from.event);
    statement->bind(0, record->offset);
    statement->bind(1, record->key);
    statement->bind(2, record->value);
    statement->bind(3, record->event.id);
    statement->bind(4, record->event.type);
    statement->bind(5, record->event.source);
    statement->bind(6, record->event.time_ms);
    statement->bind(7, record->event.traceparent);
    statement->run();
    ++ends_[partition];
    job.stored.push_back(std::move(record));
  }
}

void SqliteWriter::one_upkeep() {
  UpkeepJob job;
  {
    const std::lock_guard lock(mutex_);
    if (upkeep_.empty()) return;
    job = std::move(upkeep_.front());
    upkeep_.pop_front();
  }
  boost::system::error_code error;
  bool more = false;
  try {
    more = job.work(database_);
  } catch (const sqlite::Failure& failure) {
    database_.rollback();
    error = to_error(failure);
  }
  if (more) {
    const std::lock_guard lock(mutex_);
    upkeep_.push_front(std::move(job));
    return;
  }
  asio::post(executor_, [done = std::move(job.done), error] { done(error); });
}

}  // namespace zhida::log
