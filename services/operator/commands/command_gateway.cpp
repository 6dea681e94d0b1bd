#include "operator/commands/command_gateway.hpp"

#include "contracts/json.hpp"
#include "contracts/topics.hpp"
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

/// Forgets an id when the request that carries it ends, however it ends.
class InFlight {
 public:
  InFlight(std::set<std::string>& ids, std::string id) : ids_(ids), id_(std::move(id)) { ids_.insert(id_); }
  ~InFlight() { ids_.erase(id_); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  std::set<std::string>& ids_;
  std::string id_;
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
      co_await return_changed(*answer.event, Clock::now() + patience_);
      co_return answer;
    }
    if (known != nullptr || in_flight_.contains(command.command))
      throw http::Refused(
          http::problems::conflict("a request with this Idempotency-Key is still in flight.", "使用该Idempotency-Key的请求仍在处理中。"));
  }

  require_json(command);
  const std::string id = command.command;
  const InFlight guard(in_flight_, id);
  co_await append(std::move(command), request.trace.traceparent());
  const Clock::time_point deadline = Clock::now() + patience_;
  auto event = co_await catalog_.outcome(id, deadline);
  if (!event) throw http::Refused(late());
  CommandAnswer answer;
  answer.event = std::move(event);
  co_await return_changed(*answer.event, deadline);
  co_return answer;
}

asio::awaitable<void> CommandGateway::return_changed(const contracts::CatalogEvent& event, Clock::time_point deadline) {
  auto changed = changed_campaigns(event, catalog_, rules_, now_());
  for (int round = 0; round < 3 && !changed.empty(); ++round) {  // again for those that were edited meanwhile
    for (const auto& campaign : changed) {
      if (Clock::now() >= deadline) throw http::Refused(late());
      co_await return_to_draft(*campaign);
    }
    changed = changed_campaigns(event, catalog_, rules_, now_());
  }
  if (!changed.empty()) throw http::Refused(late());
}

asio::awaitable<void> CommandGateway::return_to_draft(const campaign::Campaign& campaign) {
  return submit_for_system(CommandKind::campaign_refresh, campaign.id, campaign.revision, "the package or one of its items was changed");
}

asio::awaitable<void> CommandGateway::submit_for_system(CommandKind kind, std::string entity, std::uint64_t revision, std::string reason) {
  CommandRequested command;
  command.kind = kind;
  command.entity = std::move(entity);
  command.role = "system";
  command.command =
      sha256_hex("system\n" + std::string(domain::name_of(kind)) + "\n" + command.entity + "\n" + std::to_string(revision)).substr(0, 32);
  if (!reason.empty()) {
    contracts::JsonWriter writer(command.body);
    writer.begin_object();
    writer.member("reason", reason);
    writer.end_object();
  }
  command.body_hash = sha256_hex(command.body);
  command.if_match = revision;
  command.at = now_();
  const std::string id = command.command;
  const stores::CommandState* known = catalog_.commands().find(id);
  if (known != nullptr && known->outcome) co_return;
  co_await append(std::move(command), "");
  co_await catalog_.outcome(id, std::chrono::steady_clock::now() + patience_);
}

asio::awaitable<void> CommandGateway::append(CommandRequested command, std::string traceparent) {
  log::NewRecord record;
  record.topic = contracts::topics::commands;
  record.key = command.key();
  record.value = contracts::to_json(command);
  record.event = log::CloudEvent{command.command, std::string(CommandRequested::type), "/operator", command.at.time_since_epoch().count(),
                                 std::move(traceparent)};
  std::vector<log::NewRecord> records;
  records.push_back(std::move(record));
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
