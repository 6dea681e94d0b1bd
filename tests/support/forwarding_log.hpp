#pragma once

#include "platform/log/event_log.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::test {

/// Another log, seen through this one: base of logs that misbehave in one way.
class ForwardingLog : public log::EventLog {
 public:
  /// `to` may still be under construction.
  explicit ForwardingLog(log::EventLog& to) : to_(to) {}

  using EventLog::wait;
  const std::string& id() const override { return to_.id(); }
  const log::Layout& layout() const override { return to_.layout(); }
  Awaitable<std::vector<log::Offset>> append(std::vector<log::NewRecord> records) override { return to_.append(std::move(records)); }
  Awaitable<log::Batch> read(std::string_view topic, std::int32_t partition, log::Offset from, log::ReadLimits limits) override {
    return to_.read(topic, partition, from, limits);
  }
  boost::asio::awaitable<void> wait(std::vector<log::Position> positions) override { return to_.wait(std::move(positions)); }
  Awaitable<log::Range> range(std::string_view topic, std::int32_t partition) override { return to_.range(topic, partition); }
  Awaitable<std::unique_ptr<log::Membership>> join(std::string_view group, std::vector<std::string> topics) override {
    return to_.join(group, std::move(topics));
  }
  Awaitable<void> compact(std::string_view topic) override { return to_.compact(topic); }
  Awaitable<void> trim(std::string_view topic, std::int32_t partition, log::Offset before) override {
    return to_.trim(topic, partition, before);
  }
  Awaitable<void> backup(std::filesystem::path file) override { return to_.backup(std::move(file)); }

 private:
  log::EventLog& to_;
};

}  // namespace zhida::test
