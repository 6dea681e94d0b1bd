#pragma once

#include "platform/log/event_log.hpp"
#include "platform/log/kafka_settings.hpp"
#include "platform/log/open_error.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace zhida::log {

/// The log kept by Kafka brokers, for any number of processes.
///
/// - Appends travel with an idempotent producer, acks=all; a crash of a broker neither loses nor doubles what is acknowledged.
///   While brokers cannot be reached appends wait up to `delivery_limit`, then get `io`; they may have arrived nevertheless.
/// - Offsets are the brokers'. Offset 0 of each partition is the adapter's own marker, which no reader sees.
/// - Partitions that somebody waits for are followed, their newest records kept in memory; older ones are read from the brokers.
/// - Every record names the log (`zhida_log`). A record of another log ends the reading of its partition with
///   kafka::Error::foreign_record; one that names none is handed on with a type that says so, for readers to quarantine.
/// - `join` makes a member of a Kafka consumer group (its name with the topic prefix) that divides the partitions of the first of `topics`:
///   all members name the same first topic. The group is cooperative: a member keeps what it can while others come and go. It waits for the
///   first assignment, at most `request_limit`; a later one comes to the Membership by itself, as it does after every outage. When a
///   Membership ends, others have its partitions within about a `heartbeat`; of a process that is killed or frozen, `session_limit` later.
///   Meanwhile, and until a frozen one has noticed, two may believe to own a partition: what they do is fenced where it is written
///   (compare-and-set), not here. Errors: `unknown_partition`; kafka::Error::forbidden, `io`: the brokers will not have the member. What
///   happens later is reported and tried again. With the log all its Memberships end.
/// - `compact` asks the brokers for it and waits until it is done; they compact on their own too. `backup` is `unsupported`.
class KafkaLog final : public EventLog {
 public:
  /// Told in a sentence what happens to the connection; never with secrets.
  using Report = std::function<void(std::string_view sentence)>;

  /// Connects, makes missing topics (if the settings say so) and verifies all; blocks meanwhile, at most about a minute.
  /// Throws OpenError with everything that is wrong with settings or topics, std::invalid_argument for an invalid layout.
  /// `executor` must be single-threaded or a strand.
  KafkaLog(boost::asio::any_io_executor executor, KafkaSettings settings, Layout layout, Report report);

  /// Appends not yet acknowledged complete with operation_aborted.
  ~KafkaLog() override;

  using EventLog::wait;
  const std::string& id() const override;
  const Layout& layout() const override;
  Awaitable<std::vector<Offset>> append(std::vector<NewRecord> records) override;
  std::size_t queued_bytes() const override;
  Awaitable<Batch> read(std::string_view topic, std::int32_t partition, Offset from, ReadLimits limits) override;
  boost::asio::awaitable<void> wait(std::vector<Position> positions) override;
  Awaitable<Range> range(std::string_view topic, std::int32_t partition) override;
  Awaitable<std::unique_ptr<Membership>> join(std::string_view group, std::vector<std::string> topics) override;
  Awaitable<void> compact(std::string_view topic) override;
  Awaitable<void> trim(std::string_view topic, std::int32_t partition, Offset before) override;
  Awaitable<void> backup(std::filesystem::path file) override;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace zhida::log
