#pragma once

#include "platform/log/event_log.hpp"

#include <gtest/gtest.h>
#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace zhida::log {

inline NewRecord record(std::string topic, std::int32_t partition, std::string key, std::string value) {
  NewRecord made;
  made.topic = std::move(topic);
  made.partition = partition;
  made.key = std::move(key);
  made.value = std::move(value);
  made.event = {"id-" + made.key, "zhida.test.happened.v1", "/test", 1'700'000'000'123, {}};
  return made;
}

/// Appends one record and gives its offset; fails the test if the log refuses.
inline boost::asio::awaitable<Offset> append_one(EventLog& log, NewRecord one) {
  std::vector<NewRecord> records;
  records.push_back(std::move(one));
  auto offsets = co_await log.append(std::move(records));
  if (!offsets) {
    ADD_FAILURE() << offsets.error().message();
    co_return Offset{-1};
  }
  co_return offsets->front();
}

/// Every record of a partition from `from` on, read in steps of `limits`.
inline boost::asio::awaitable<std::vector<RecordPtr>> read_all(EventLog& log, std::string topic, std::int32_t partition, Offset from,
                                                               ReadLimits limits = ReadLimits()) {
  std::vector<RecordPtr> all;
  for (;;) {
    auto batch = co_await log.read(topic, partition, from, limits);
    if (!batch) {
      ADD_FAILURE() << batch.error().message();
      co_return all;
    }
    if (batch->records.empty()) co_return all;
    EXPECT_GT(batch->next, batch->records.back()->offset);
    from = batch->next;
    all.insert(all.end(), batch->records.begin(), batch->records.end());
  }
}

inline std::vector<std::string> values_of(const std::vector<RecordPtr>& records) {
  std::vector<std::string> values;
  for (const RecordPtr& each : records) values.push_back(each->value);
  return values;
}

}  // namespace zhida::log
