#include "operator/commands/command_gateway.hpp"

#include "contracts/json.hpp"
#include "contracts/topics.hpp"
#include "node/system_command.hpp"
#include "operator/commands/changed_campaigns.hpp"
#include "operator/commands/decision.hpp"
#include "operator/problem.hpp"
#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"
#include "platform/http/problem.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using contracts::CommandKind;
using contracts::CommandRequested;

constexpr std::chrono::seconds retry_after{1};
constexpr std::size_t longest_key = 255;

/// Forgets ids when the request that carries them ends, however it ends.
class InFlight {
 public:
  explicit InFlight(std::set<std::string>& ids) : ids_(ids) {}
  ~InFlight() {
    for (const std::string& id : mine_) ids_.erase(id);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  /// False if another request carries it.
  bool add(const std::string& id) {
    const bool fresh = ids_.insert(id).second;
    if (fresh) mine_.push_back(id);
    return fresh;
  }

 private:
  std::set<std::string>& ids_;
  std::vector<std::string> mine_;
};

std::string idempotency_key(const http::Request& request) {
  const std::string_view key = request.header("Idempotency-Key");
  const bool good = key.size() <= longest_key && std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
  if (!good)
    throw http::Refused(http::problems::bad_request("Idempotency-Key must be 1 to 255 visible ASCII characters.",
                                                    "Idempotency-Key须为1至255个可见ASCII字符。"));
  return std::string(key);
}

/// A command carries its body as the JSON it is, so it must be one, and no deeper than leaves room for what is around it.
void require_json(const CommandRequested& command) {
  if (command.body.empty()) return;
  contracts::JsonText text;
  if (text.parse(command.body) == nullptr || text.parse(contracts::to_json(command)) == nullptr)
    throw http::Refused(problem_of({text.error()}));
}

http::Problem late() {
  return http::problems::unavailable(retry_after, "the request is recorded, but not decided yet: repeat it with the same Idempotency-Key.",
                                     "请求已记录但尚未处理完毕，请使用相同的Idempotency-Key重试。");
}

http::Problem not_all_returned() {
  return http::problems::unavailable(retry_after, "the change is made, but not every campaign that pushes it is back in draft yet.",
                                     "修改已生效，但相关投放活动尚未全部退回草稿，请稍后查看。");
}

http::Problem not_yet_everywhere() {
  return http::problems::unavailable(retry_after,
                                     "the change is made, but cannot be read everywhere yet: repeat it with the same Idempotency-Key.",
                                     "修改已生效，但尚不能在各处读取，请使用相同的Idempotency-Key重试。");
}

CommandRequested return_command(const campaign::Campaign& campaign, domain::Instant now) {
  return node::system_command(CommandKind::campaign_refresh, campaign.id, campaign.revision, "the package or one of its items was changed",
                              now);
}

}  // namespace

asio::awaitable<CommandAnswer> CommandGateway::submit(const http::Request& request, CommandKind kind, std::string entity) {
  const auth::Principal& principal = *request.principal;
  const std::string key = idempotency_key(request);

  CommandRequested command;
  command.kind = kind;
  command.entity = std::move(entity);
  command.key_id = principal.key_id;
  command.role = auth::name_of(principal.role);
  command.bureau = principal.bureau;
  command.region = principal.region;
  command.body = request.body;
  command.body_hash = sha256_hex(std::string(domain::name_of(kind)) + "\n" + command.entity + "\n" + request.body);
  command.if_match = if_match_revision(request);
  command.of_any_revision = request.header("If-Match") == "*";
  command.at = now_();
  if (key.empty()) {
    command.command = auth::hex(auth::random_bytes(16));
  } else {
    command.idempotency_key = sha256_hex(key);
    command.command = sha256_hex(principal.key_id + "\n" + key).substr(0, 32);
    const stores::CommandState* known = catalog_.commands().find(command.command);
    if (known != nullptr && !known->body_hash.empty() && known->body_hash != command.body_hash) {
      http::Problem other(http::Status::unprocessable, "idempotency-key-reused", "Idempotency-Key reused",
                          "this Idempotency-Key was used for another request.", "该Idempotency-Key已用于另一请求。");
      throw http::Refused(std::move(other));
    }
    if (known != nullptr && known->outcome) {
      CommandAnswer answer{known->outcome, true};
      const Clock::time_point deadline = Clock::now() + patience_;
      co_await return_changed(*answer.event, deadline);
      co_await shown_everywhere(deadline);
      co_return answer;
    }
    if (known != nullptr || in_flight_.contains(command.command))
      throw http::Refused(
          http::problems::conflict("a request with this Idempotency-Key is still in flight.", "使用该Idempotency-Key的请求仍在处理中。"));
  }

  require_json(command);
  const std::string id = command.command;
  InFlight guard(in_flight_);
  guard.add(id);
  const Clock::time_point began = Clock::now();
  std::vector<log::NewRecord> records;
  records.push_back(node::record_of(command, request.trace.traceparent()));
  co_await append(std::move(records));
  const Clock::time_point deadline = Clock::now() + patience_;
  auto event = co_await catalog_.outcome(id, deadline);
  if (observer_) {
    const bool refused = event && std::holds_alternative<contracts::CommandRefused>(event->outcome);
    observer_(!event ? Outcome::late : refused ? Outcome::refused : Outcome::applied, Clock::now() - began);
  }
  if (!event) throw http::Refused(late());
  CommandAnswer answer;
  answer.event = std::move(event);
  co_await return_changed(*answer.event, deadline);
  if (!answer.refused()) co_await shown_everywhere(deadline);
  co_return answer;
}

asio::awaitable<void> CommandGateway::shown_everywhere(Clock::time_point deadline) {
  if (!elsewhere_) co_return;
  stores::WrittenTo written;
  for (const std::string_view topic : {contracts::topics::catalog, contracts::topics::commands})
    if (const log::Offset next = catalog_.progress().position(topic, 0); next > 0) written[{std::string(topic), 0}] = next - 1;
  const bool shown = co_await elsewhere_(std::move(written), deadline);
  if (!shown) throw http::Refused(not_yet_everywhere());
}

asio::awaitable<void> CommandGateway::return_changed(const contracts::CatalogEvent& event, Clock::time_point deadline) {
  auto changed = changed_campaigns(event, catalog_, rules_);
  for (int round = 0; round < 3 && !changed.empty() && Clock::now() < deadline; ++round) {  // again for those that were edited meanwhile
    std::vector<CommandRequested> returns;
    for (const auto& campaign : changed) returns.push_back(return_command(*campaign, now_()));
    co_await submit_all(std::move(returns), deadline);
    changed = changed_campaigns(event, catalog_, rules_);
  }
  if (!changed.empty()) throw http::Refused(not_all_returned());
}

asio::awaitable<void> CommandGateway::return_to_draft(const campaign::Campaign& campaign) {
  std::vector<CommandRequested> commands;
  commands.push_back(return_command(campaign, now_()));
  co_await submit_all(std::move(commands), Clock::now() + patience_);
}

asio::awaitable<void> CommandGateway::submit_for_system(CommandKind kind, std::string entity, std::uint64_t revision, std::string reason) {
  std::vector<CommandRequested> commands;
  commands.push_back(node::system_command(kind, std::move(entity), revision, reason, now_()));
  co_await submit_all(std::move(commands), Clock::now() + patience_);
}

asio::awaitable<void> CommandGateway::submit_all(std::vector<CommandRequested> commands, Clock::time_point deadline) {
  InFlight guard(in_flight_);
  std::vector<log::NewRecord> records;
  for (const CommandRequested& command : commands)
    if (catalog_.commands().find(command.command) == nullptr && guard.add(command.command)) records.push_back(node::record_of(command, ""));
  if (!records.empty()) co_await append(std::move(records));
  for (const CommandRequested& command : commands) co_await catalog_.outcome(command.command, deadline);
}

asio::awaitable<void> CommandGateway::append(std::vector<log::NewRecord> records) {
  const auto appended = co_await log_.append(std::move(records));
  if (appended.has_error())
    throw http::Refused(http::problems::unavailable(retry_after, "the request could not be recorded: " + appended.error().message(),
                                                    "请求暂时无法记录，请稍后重试。"));
}

http::Response refusal_response(const contracts::CommandRefused& refused) {
  int status = 0;
  const auto read = contracts::read_json<bool>(refused.problem, [&status](contracts::JsonReader& reader) {
    reader.required("status", status);
    return true;
  });
  return http::Response(read.has_value() ? static_cast<http::Status>(status) : http::Status::internal_error, refused.problem,
                        http::problem_type);
}

std::optional<std::uint64_t> if_match_revision(const http::Request& request) {
  const auto header = request.headers.find("If-Match");
  if (!header || *header == "*") return std::nullopt;
  std::uint64_t revision = 0;
  const std::string_view text = *header;
  const bool quoted = text.size() > 2 && text.front() == '"' && text.back() == '"';
  const char* end = text.data() + text.size() - 1;
  if (quoted) {
    const auto parsed = std::from_chars(text.data() + 1, end, revision);
    if (parsed.ec == std::errc() && parsed.ptr == end) return revision;
  }
  if (text.find(',') != std::string_view::npos)
    throw http::Refused(http::problems::bad_request("If-Match names one revision here, or *: a list says nothing about which one was read.",
                                                    "If-Match 只接受一个版本标签或 *，不接受列表。"));
  throw http::Refused(http::problems::precondition_failed());
}

}  // namespace zhida::operators
