#pragma once

#include "operator/commands/audit_chain.hpp"
#include "operator/commands/command_gateway.hpp"
#include "operator/commands/decide_command.hpp"
#include "platform/log/event_log.hpp"
#include "platform/observe/log.hpp"
#include "stores/catalog/catalog_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace zhida::operators {

/// Decides every command, one after the other, and records exactly one outcome of each in `catalog`, and in `audit` who did it.
///
/// Its place in `commands` is the highest offset that an outcome names; so it may end at any moment and go on, or be replaced.
class CommandOwner {
 public:
  CommandOwner(log::EventLog& log, stores::CatalogStore& catalog, const CommandRules& rules, Now now, const observe::Log& journal)
      : log_(log), catalog_(catalog), rules_(rules), now_(std::move(now)), journal_(journal), audit_(log) {}

  /// Until cancelled; a graceful stop ends it between two commands. When the log cannot be written it tries again until it can;
  /// while the audit chain is broken it decides nothing.
  boost::asio::awaitable<void> run();

 private:
  /// What became of a command.
  struct Outcome {
    contracts::CatalogEvent event;
    log::NewRecord record{};
  };

  boost::asio::awaitable<void> decide_all();
  /// Decides the first of `records`, and if it returns a campaign to draft, with it those behind it that return others: none of these
  /// looks at what another one changes. How many are passed; one whose id was decided before is passed without another outcome.
  boost::asio::awaitable<std::size_t> decide(std::span<const log::RecordPtr> records);
  Outcome outcome_of(const log::Record& record, const contracts::Checked<contracts::CommandRequested>& command) const;
  boost::asio::awaitable<void> record_outcomes(const std::vector<Outcome>& outcomes);
  /// False: to be stopped before the catalogue showed the record at `offset`.
  boost::asio::awaitable<bool> is_folded(log::Offset offset);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds length = std::chrono::milliseconds(20));

  log::EventLog& log_;
  stores::CatalogStore& catalog_;
  const CommandRules& rules_;
  Now now_;
  const observe::Log& journal_;
  AuditChain audit_;
};

}  // namespace zhida::operators
