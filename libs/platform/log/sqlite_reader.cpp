#include "platform/log/sqlite_reader.hpp"

#include "platform/log/sqlite_writer.hpp"

#include <fmt/core.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;

SqliteReader::SqliteReader(asio::any_io_executor executor, sqlite::Database database, const PartitionIndex& partitions)
    : executor_(std::move(executor)), database_(std::move(database)), partitions_(partitions), selects_(partitions.size()) {
  database_.execute("PRAGMA query_only = 1");
  thread_ = std::thread([this] { work(); });
}

SqliteReader::~SqliteReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SqliteReader::read(Job job) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void SqliteReader::work() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    boost::system::result<Batch> outcome = Batch();
    try {
      outcome = fetch(job);
    } catch (const sqlite::Failure& failure) {
      outcome = to_error(failure);
    }
    asio::post(executor_, [ticket = std::move(job.ticket), result = std::move(outcome)]() mutable { ticket.answer(std::move(result)); });
  }
}

Batch SqliteReader::fetch(const Job& job) {
  auto& select = selects_[job.partition];
  if (!select)
    select.emplace(database_, fmt::format("SELECT offset, key, value, id, type, source, time, traceparent FROM \"{}\" "
                                          "WHERE offset >= ? AND offset < ? ORDER BY offset",
                                          partitions_.name(job.partition)));
  struct Reset {
    sqlite::Statement& statement;
    ~Reset() { statement.reset(); }  // ends the read transaction, which would hold up checkpoints
  };
  const Reset guard{*select};
  select->bind(0, job.from);
  select->bind(1, job.end);

  Batch batch;
  batch.records.reserve(std::min<std::size_t>(job.limits.records, 1'000));
  std::size_t bytes = 0;
  while (select->step()) {
    auto record = std::make_shared<Record>();
    record->offset = select->number(0);
    record->key = select->text(1);
    record->value = select->text(2);
    record->event.id = select->text(3);
    record->event.type = select->text(4);
    record->event.source = select->text(5);
    record->event.time_ms = select->number(6);
    record->event.traceparent = select->text(7);
    bytes += size_of(*record);
    if (!batch.records.empty() && (batch.records.size() >= job.limits.records || bytes > job.limits.bytes)) {
      batch.next = batch.records.back()->offset + 1;
      return batch;
    }
    batch.records.push_back(std::move(record));
  }
  batch.next = job.end;
  return batch;
}

}  // namespace zhida::log
