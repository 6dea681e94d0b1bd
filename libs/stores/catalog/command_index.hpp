#pragma once

#include "contracts/commands/command.hpp"
#include "platform/log/record.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

namespace zhida::stores {

/// The commands of the last 24 hours by id: what an Idempotency-Key is checked against.
class CommandIndex {
 public:
  static constexpr std::chrono::hours kept{24};

  struct Request {
    log::Offset offset = 0;
    std::string body_hash;
  };

  /// Takes the next record of `commands`. The first record of an id counts.
  void fold(const contracts::CommandRequested& command, log::Offset offset);

  /// Null if no such command was recorded in the last 24 hours of log time.
  const Request* find(std::string_view command) const;

  std::size_t size() const { return requests_.size(); }

 private:
  struct Entry {
    domain::Instant at;
    std::string command;
  };

  std::unordered_map<std::string, Request> requests_;
  std::deque<Entry> by_age_;
};

}  // namespace zhida::stores
