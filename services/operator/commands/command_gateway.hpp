#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/commands/command.hpp"
#include "operator/commands/decide_command.hpp"
#include "operator/elsewhere.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "platform/log/event_log.hpp"
#include "stores/catalog/catalog_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace zhida::operators {

using Now = std::function<domain::Instant()>;

/// What became of a request that asks for a change.
struct CommandAnswer {
  std::shared_ptr<const contracts::CatalogEvent> event;
  bool replayed = false;  ///< the answer of an earlier request with the same Idempotency-Key

  bool refused() const { return std::holds_alternative<contracts::CommandRefused>(event->outcome); }
};

/// Puts operators' requests into the log and waits for what becomes of them.
class CommandGateway {
 public:
  enum class Outcome { applied, refused, late };
  /// Told of each command that was put into the log: what became of it, and how long that took.
  using Observer = std::function<void(Outcome outcome, std::chrono::steady_clock::duration took)>;

  CommandGateway(log::EventLog& log, stores::CatalogStore& catalog, const CommandRules& rules, Now now, std::chrono::milliseconds patience,
                 Observer observer = {}, Elsewhere elsewhere = {})
      : log_(log),
        catalog_(catalog),
        rules_(rules),
        now_(std::move(now)),
        patience_(patience),
        observer_(std::move(observer)),
        elsewhere_(std::move(elsewhere)) {}

  /// Records the command of `request` and waits for its outcome, until every campaign whose content it changed is back in draft, and until
  /// all that can be read everywhere.
  ///
  /// Throws `http::Refused`: 400 for a malformed Idempotency-Key; 409 while the same key is in flight; 422 for the same key with another
  /// body; 503 when the log or the owner does not answer in time: then the command is kept, and the same key returns its outcome.
  boost::asio::awaitable<CommandAnswer> submit(const http::Request& request, contracts::CommandKind kind, std::string entity);

  /// Records a command of the system, unless it is recorded or on its way already, and waits for its outcome. Its id follows from kind,
  /// entity and `revision`, so that asking twice is harmless.
  boost::asio::awaitable<void> submit_for_system(contracts::CommandKind kind, std::string entity, std::uint64_t revision,
                                                 std::string reason);

  /// The system's command for a campaign whose package or item was changed before it ran.
  boost::asio::awaitable<void> return_to_draft(const campaign::Campaign& campaign);

 private:
  using Clock = std::chrono::steady_clock;
  boost::asio::awaitable<void> return_changed(const contracts::CatalogEvent& event, Clock::time_point deadline);
  boost::asio::awaitable<void> shown_everywhere(Clock::time_point deadline);
  /// Records those that are neither recorded nor on their way, together, and waits for what becomes of all.
  boost::asio::awaitable<void> submit_all(std::vector<contracts::CommandRequested> commands, Clock::time_point deadline);
  boost::asio::awaitable<void> append(std::vector<log::NewRecord> records);

  log::EventLog& log_;
  stores::CatalogStore& catalog_;
  const CommandRules& rules_;
  Now now_;
  std::chrono::milliseconds patience_;
  Observer observer_;
  Elsewhere elsewhere_;
  std::set<std::string> in_flight_;  // ids whose records may not be folded yet
};

/// The answer to a command that was refused, as its outcome recorded it.
http::Response refusal_response(const contracts::CommandRefused& refused);

/// The revision that If-Match names; nothing if the header is absent or `*`. Throws `http::Refused` with 400 for a list
/// and with 412 for another form.
std::optional<std::uint64_t> if_match_revision(const http::Request& request);

}  // namespace zhida::operators
