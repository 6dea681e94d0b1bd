#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/commands/command.hpp"
#include "platform/log/record.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace zhida::stores {

/// A command as the log knows it. Commands and outcomes are folded from two topics, so either may be known first.
struct CommandState {
  std::optional<log::Offset> offset;  ///< of its first record in `commands`; nothing while only the outcome is known
  std::string body_hash;
  domain::Instant at{};
  std::shared_ptr<const contracts::CatalogEvent> outcome;  ///< the first one that is no CommandRepeated; null = in flight
  std::optional<log::Offset> outcome_offset;               ///< in `catalog`
};

/// Commands by id, for answering a repeated Idempotency-Key. Kept for 24 hours of the log's own time, so that the fold is
/// a function of the log.
class CommandIndex {
 public:
  static constexpr std::chrono::hours kept{24};

  /// Null if unknown or forgotten. Valid until the next record is folded.
  const CommandState* find(std::string_view command) const;

  void note(const contracts::CommandRequested& command, log::Offset offset);
  void note(std::shared_ptr<const contracts::CatalogEvent> outcome, log::Offset offset);

  std::size_t size() const { return states_.size(); }

 private:
  CommandState& entry(const std::string& command, domain::Instant at);

  std::unordered_map<std::string, CommandState> states_;
  std::deque<std::pair<domain::Instant, std::string>> by_age_;  // in the order of the records
  domain::Instant latest_{};
};

}  // namespace zhida::stores
