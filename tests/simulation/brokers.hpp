#pragma once

#include "platform/log/event_log.hpp"
#include "platform/log/partition_index.hpp"
#include "platform/log/tail_watch.hpp"
#include "simulation/world.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace zhida::simulation {

class LogPort;

/// The brokers: the log as it is, for the processes' ports to write and for the checker to read.
class Brokers {
 public:
  Brokers(World& world, log::Layout layout);

  const log::PartitionIndex& index() const { return index_; }
  const std::vector<log::RecordPtr>& records(std::string_view topic, int partition) const;
  log::Offset end(std::size_t partition) const { return ends_[partition]; }

  std::vector<log::Offset> append(const std::vector<log::NewRecord>& records);
  boost::system::result<log::Batch> read(std::size_t partition, log::Offset from, log::ReadLimits limits) const;

  // Seams for planted bugs; empty in an honest log.
  std::function<void(log::NewRecord&)> alters;         ///< what arrives of a record
  std::function<bool(const log::NewRecord&)> forgets;  ///< acknowledged, but not kept
  std::function<bool(const log::Record&)> hides;       ///< a reader passes over it
  log::Offset acknowledged_ahead = 0;                  ///< added to the offsets that writers are told

 private:
  friend class LogPort;

  World& world_;
  log::PartitionIndex index_;
  std::vector<std::vector<log::RecordPtr>> records_;
  std::vector<log::Offset> ends_;
  std::vector<LogPort*> ports_;  // in the order in which they were opened
};

/// A process' way to the brokers: slow, and not to be trusted while there are faults.
class LogPort final : public log::EventLog {
 public:
  LogPort(World& world, Brokers& brokers, Host& host);
  ~LogPort() override;

  /// The process dies: nothing is sent any more. What is on its way arrives, or is lost.
  void cut();

  using EventLog::wait;
  const std::string& id() const override;
  const log::Layout& layout() const override { return brokers_.index_.layout(); }
  Awaitable<std::vector<log::Offset>> append(std::vector<log::NewRecord> records) override;
  Awaitable<log::Batch> read(std::string_view topic, std::int32_t partition, log::Offset from, log::ReadLimits limits) override;
  boost::asio::awaitable<void> wait(std::vector<log::Position> positions) override;
  Awaitable<log::Range> range(std::string_view topic, std::int32_t partition) override;
  Awaitable<std::unique_ptr<log::Membership>> join(std::string_view group, std::vector<std::string> topics) override;
  Awaitable<void> compact(std::string_view topic) override;
  Awaitable<void> trim(std::string_view topic, std::int32_t partition, log::Offset before) override;
  Awaitable<void> backup(std::filesystem::path file) override;

 private:
  friend class Brokers;
  /// Shared with what is on its way.
  struct Line {
    bool dead = false;
    bool loses = false;  // with the process, what it had sent is gone too
  };

  void show(std::size_t partition);

  World& world_;
  Brokers& brokers_;
  Host& host_;
  std::shared_ptr<Line> line_ = std::make_shared<Line>();
  std::shared_ptr<log::TailWatch> watch_;
};

}  // namespace zhida::simulation
