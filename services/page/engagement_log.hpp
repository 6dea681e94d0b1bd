#pragma once

#include "contracts/engagements/engagement_recorded.hpp"
#include "domain/date_time.hpp"
#include "platform/log/event_log.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace zhida::page {

/// Appends engagements to the partition of their enterprise.
class EngagementLog {
 public:
  EngagementLog(log::EventLog& log, int partitions, std::chrono::milliseconds patience)
      : log_(log), partitions_(partitions), patience_(patience) {}

  /// True once all are durable. False if the log refused them or took too long: then they may be recorded or not, and may be repeated.
  boost::asio::awaitable<bool> append(std::vector<contracts::EngagementRecorded> events, domain::Instant now, std::string traceparent);

 private:
  log::EventLog& log_;
  int partitions_;
  std::chrono::milliseconds patience_;
};

}  // namespace zhida::page
