#include "operator/commands/command_owner.hpp"

#include "contracts/topics.hpp"
#include "platform/http/problem.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using contracts::CatalogEvent;
using contracts::CommandRequested;

// How many returns to draft, and about how much of what they decide, are recorded together.
constexpr std::size_t most_together = 100;
constexpr std::size_t most_bytes = 1 << 20;

/// Something in `commands` that is no command still gets its outcome: the owner's position is the highest offset that outcomes name.
CatalogEvent poison_outcome(const log::Record& record, const domain::FieldErrors& errors, domain::Instant now) {
  CatalogEvent event;
  event.command = "poison-" + std::to_string(record.offset);
  event.command_offset = static_cast<std::uint64_t>(record.offset);
  event.entity = "unknown";
  event.at = now;
  const http::Problem problem = http::problems::bad_request(errors.front().detail, errors.front().detail_zh);
  event.outcome = contracts::CommandRefused{problem.json(), ""};
  return event;
}

}  // namespace

asio::awaitable<void> CommandOwner::run() {
  std::string reported;
  for (;;) {
    bool is_broken = false;
    try {
      co_await decide_all();
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;
      journal_.error("commands.unreadable", {{"reason", error.what()}});
    } catch (const BrokenAudit& broken) {
      // Nothing is decided whose record nobody could trust; to end, and be started again, would change nothing.
      if (reported != broken.what()) journal_.error("audit.broken", {{"reason", broken.what()}});
      reported = broken.what();
      is_broken = true;
    }
    co_await pause(is_broken ? std::chrono::milliseconds(1'000) : std::chrono::milliseconds(20));
  }
}

asio::awaitable<void> CommandOwner::decide_all() {
  while (!catalog_.ready()) co_await pause();
  // What another owner decided meanwhile must show before anything is decided on top of it.
  const log::Range decided = (co_await log_.range(contracts::topics::catalog, 0)).value();
  if (decided.end > decided.start) {
    const bool shown = co_await is_folded(decided.end - 1);
    if (!shown) co_return;
  }
  co_await audit_.extend();
  log::Offset next = catalog_.answered_to() ? *catalog_.answered_to() + 1 : 0;
  const log::Range range = (co_await log_.range(contracts::topics::commands, 0)).value();
  next = std::max(next, range.start);
  for (;;) {
    std::vector<log::Position> positions;
    positions.push_back({std::string(contracts::topics::commands), 0, next});
    co_await runtime::wait_for_work(log_.wait(std::move(positions)));
    const log::Batch batch = (co_await log_.read(contracts::topics::commands, 0, next)).value();
    for (std::span<const log::RecordPtr> records = batch.records; !records.empty();) {
      const std::size_t passed = co_await decide(records);
      records = records.subspan(passed);
    }
    next = batch.next;
  }
}

asio::awaitable<std::size_t> CommandOwner::decide(std::span<const log::RecordPtr> records) {
  std::vector<Outcome> outcomes;
  std::set<std::string> campaigns;
  std::size_t passed = 0, bytes = 0;
  for (const log::RecordPtr& record : records) {
    const auto command = contracts::command_requested_from_json(record->event.type, record->value);
    const bool returns = command.has_value() && command->kind == contracts::CommandKind::campaign_refresh;
    if (passed > 0 && !returns) break;
    if (returns && !campaigns.insert(command->entity).second) break;
    ++passed;
    const stores::CommandState* const known = command.has_value() ? catalog_.commands().find(command->command) : nullptr;
    if (known == nullptr || !known->outcome) {  // a command recorded twice has its outcome
      outcomes.push_back(outcome_of(*record, command));
      bytes += outcomes.back().record.value.size();
    }
    if (!returns || bytes > most_bytes || passed == most_together) break;
  }
  if (!outcomes.empty()) co_await record_outcomes(outcomes);
  co_return passed;
}

CommandOwner::Outcome CommandOwner::outcome_of(const log::Record& record,
                                               const contracts::Checked<contracts::CommandRequested>& command) const {
  Outcome outcome;
  if (command.has_error()) {
    outcome.event = poison_outcome(record, command.error(), now_());
  } else {
    outcome.event = decide_command(*command, static_cast<std::uint64_t>(record.offset), catalog_, rules_, now_());
  }
  const CatalogEvent& event = outcome.event;
  outcome.record.topic = contracts::topics::catalog;
  outcome.record.key = event.key();
  outcome.record.value = contracts::to_json(event);
  outcome.record.event = log::CloudEvent{event.command + "/outcome", std::string(contracts::type_of(event)), "/operator",
                                         event.at.time_since_epoch().count(), record.event.traceparent};
  return outcome;
}

asio::awaitable<void> CommandOwner::record_outcomes(const std::vector<Outcome>& outcomes) {
  std::vector<log::Offset> offsets;
  while (offsets.empty()) {
    std::vector<log::NewRecord> records;
    for (const Outcome& outcome : outcomes) records.push_back(outcome.record);
    auto appended = co_await log_.append(std::move(records));
    if (appended.has_value()) {
      offsets = std::move(*appended);
    } else {  // an outcome recorded twice is harmless: the first of a command counts
      journal_.error("catalog.unwritable", {{"reason", appended.error().message()}});
      co_await pause();
    }
  }
  const bool shown = co_await is_folded(offsets.back());
  if (!shown) co_return;  // the next start audits it
  co_await audit_.extend();
  for (const Outcome& outcome : outcomes) {
    const CatalogEvent& event = outcome.event;
    const auto* refused = std::get_if<contracts::CommandRefused>(&event.outcome);
    const observe::Trace trace = observe::Trace::read(outcome.record.event.traceparent);
    journal_.info("command.decided",
                  {{"command", event.command},
                   {"action", domain::name_of(event.kind)},
                   {"entity", event.entity},
                   {"by", event.by},
                   {"outcome", refused != nullptr ? "refused" : "applied"}},
                  &trace);
  }
}

// Whoever folds the catalogue may have stopped already: then nobody waits for it.
asio::awaitable<bool> CommandOwner::is_folded(log::Offset offset) {
  for (;;) {
    const bool shown = co_await catalog_.progress().wait_until(contracts::topics::catalog, 0, offset, std::chrono::seconds(1));
    if (shown) co_return true;
    if (co_await runtime::stop_requested()) co_return false;
    journal_.warning("catalog.slow", {{"offset", offset}});
  }
}

asio::awaitable<void> CommandOwner::pause(std::chrono::milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
}

}  // namespace zhida::operators
