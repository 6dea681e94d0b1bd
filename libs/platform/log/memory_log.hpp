#pragma once

#include "platform/log/event_log.hpp"

#include <memory>

namespace zhida::log {

/// A log in memory, for tests and simulation: no threads, no clock, every append durable at once.
class MemoryLog final : public EventLog {
 public:
  struct Options {
    std::string id = "memory";
    Offset gap = 0;  ///< offsets skipped after each record, as a broker's markers would
  };

  /// Throws std::invalid_argument when `layout` is not valid.
  explicit MemoryLog(Layout layout);
  MemoryLog(Layout layout, Options options);
  ~MemoryLog() override;

  using EventLog::wait;
  const std::string& id() const override;
  const Layout& layout() const override;
  Awaitable<std::vector<Offset>> append(std::vector<NewRecord> records) override;
  Awaitable<Batch> read(std::string_view topic, std::int32_t partition, Offset from, ReadLimits limits) override;
  boost::asio::awaitable<void> wait(std::vector<Position> positions) override;
  Awaitable<Range> range(std::string_view topic, std::int32_t partition) override;
  Awaitable<std::unique_ptr<Membership>> join(std::string_view group, std::vector<std::string> topics) override;
  Awaitable<void> compact(std::string_view topic) override;
  Awaitable<void> trim(std::string_view topic, std::int32_t partition, Offset before) override;
  Awaitable<void> backup(std::filesystem::path file) override;  ///< `unsupported`

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace zhida::log
