#include "operator/commands/command_owner.hpp"

#include "contracts/topics.hpp"
#include "platform/http/problem.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>
#include <variant>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using contracts::CatalogEvent;
using contracts::CommandRequested;

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
  while (!catalog_.ready()) co_await pause();
  co_await audit_.open();
  log::Offset next = catalog_.answered_to() ? *catalog_.answered_to() + 1 : 0;
  const log::Range range = (co_await log_.range(contracts::topics::commands, 0)).value();
  next = std::max(next, range.start);
  for (;;) {
    std::vector<log::Position> positions;
    positions.push_back({std::string(contracts::topics::commands), 0, next});
    co_await runtime::wait_for_work(log_.wait(std::move(positions)));
    const auto batch = co_await log_.read(contracts::topics::commands, 0, next);
    if (batch.has_error()) {
      journal_.error("commands.unreadable", {{"reason", batch.error().message()}});
      co_await pause();
      continue;
    }
    for (const log::RecordPtr& record : batch->records) co_await decide(*record);
    next = batch->next;
  }
}

asio::awaitable<void> CommandOwner::decide(const log::Record& record) {
  const auto command = contracts::command_requested_from_json(record.value);
  CatalogEvent event;
  if (command.has_error())
    event = poison_outcome(record, command.error(), now_());
  else
    event = decide_command(*command, static_cast<std::uint64_t>(record.offset), catalog_, rules_, now_());

  for (;;) {
    log::NewRecord outcome;
    outcome.topic = contracts::topics::catalog;
    outcome.key = event.key();
    outcome.value = contracts::to_json(event);
    outcome.event = log::CloudEvent{event.command + "/outcome", std::string(contracts::type_of(event)), "/operator",
                                    event.at.time_since_epoch().count(), record.event.traceparent};
    std::vector<log::NewRecord> records;
    records.push_back(std::move(outcome));
    const auto appended = co_await log_.append(std::move(records));
    if (appended.has_error()) {  // an outcome recorded twice is harmless: the first of a command counts
      journal_.error("catalog.unwritable", {{"reason", appended.error().message()}});
      co_await pause();
      continue;
    }
    const log::Offset offset = appended->front();
    while (!co_await catalog_.progress().wait_until(contracts::topics::catalog, 0, offset, std::chrono::seconds(5)))
      journal_.warning("catalog.slow", {{"offset", offset}});
    std::string role = command.has_value() ? command->role : "";
    std::string bureau = command.has_value() ? command->bureau : "";
    co_await audit_.add(event, offset, std::move(role), std::move(bureau));
    break;
  }
  const auto* refused = std::get_if<contracts::CommandRefused>(&event.outcome);
  journal_.info("command.decided", {{"command", event.command},
                                    {"action", domain::name_of(event.kind)},
                                    {"entity", event.entity},
                                    {"by", event.by},
                                    {"outcome", refused != nullptr ? "refused" : "applied"}});
}

asio::awaitable<void> CommandOwner::pause() {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(20));
  co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
}

}  // namespace zhida::operators
