#include "effect/verify/shared_jobs.hpp"

#include "platform/auth/digest.hpp"
#include "platform/auth/encoding.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "platform/runtime/timeout.hpp"
#include "stores/error.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace zhida::effect_service::verify {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using Clock = stores::Notice::Clock;

constexpr std::chrono::milliseconds patience{1'000};
constexpr std::chrono::milliseconds renewal{1'000};
constexpr std::chrono::milliseconds kept_while_running = std::chrono::minutes(1);
constexpr std::chrono::milliseconds kept_once_over = std::chrono::hours(24);

std::string key_of(std::string_view id) { return "zhida:verify:" + std::string(id); }
// A digest, because clients choose the text.
std::string key_of_asking(std::string_view asked_by) { return "zhida:verify:asked:" + auth::hex(auth::bytes_of(auth::sha256(asked_by))); }

std::string number(std::chrono::milliseconds time) { return std::to_string(time.count()); }

std::vector<std::string> keys_of(const Job& job) {
  std::vector<std::string> keys{key_of(job.id)};
  if (!job.asked_by.empty()) keys.push_back(key_of_asking(job.asked_by));
  return keys;
}

asio::awaitable<bool> cut_off() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return (state.cancelled() & asio::cancellation_type::terminal) != asio::cancellation_type::none;
}

const redis::Script& giving_up() {
  static const redis::Script script("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1");
  return script;
}

}  // namespace

auto SharedJobs::ask(redis::Commands commands) -> Awaitable<std::vector<redis::Reply>> {
  auto replies = co_await runtime::within(patience, redis_.pipeline(std::move(commands)));
  if (replies.has_error()) co_return replies;
  const auto refused = std::ranges::find_if(*replies, [](const redis::Reply& reply) { return reply.is_error(); });
  const std::string refusal = refused == replies->end() ? "" : refused->text;
  if (!refusal.empty() && refusal != refusal_) journal_.warning("effect.verify_not_shared", {{"reason", refusal}});
  refusal_ = refusal;
  if (!refusal.empty()) co_return stores::make_error_code(stores::Error::redis_refused);
  co_return replies;
}

auto SharedJobs::share(const Job& job) -> Awaitable<void> {
  const std::string kept_for = number(job.over() ? kept_once_over : kept_while_running);
  redis::Commands commands;
  commands.add("SET", key_of(job.id), encode(answer_of(job)), "PX", kept_for);
  if (!job.asked_by.empty()) commands.add("SET", key_of_asking(job.asked_by), job.id, "PX", kept_for);
  const auto done = co_await ask(std::move(commands));
  if (done.has_error()) co_return done.error();
  co_return result<void>();
}

auto SharedJobs::find(std::string id) -> Awaitable<std::optional<JobAnswer>> {
  redis::Commands commands;
  commands.add("GET", key_of(id));
  const auto found = co_await ask(std::move(commands));
  if (found.has_error()) co_return found.error();
  std::optional<JobAnswer> answer;
  if (!found->front().is_nil()) answer = decode(id, found->front().text);
  co_return answer;
}

auto SharedJobs::claim(std::string asked_by, std::string id) -> Awaitable<std::string> {
  const std::string key = key_of_asking(asked_by);
  redis::Commands commands;
  commands.add("SET", key, id, "NX", "PX", number(kept_while_running)).add("GET", key);
  const auto replies = co_await ask(std::move(commands));
  if (replies.has_error()) co_return replies.error();
  co_return replies->back().text;
}

auto SharedJobs::give_up(std::string asked_by, std::string id) -> Awaitable<void> {
  std::vector<std::string> keys(1, key_of_asking(asked_by));
  std::vector<std::string> arguments(1, std::move(id));
  const auto done = co_await runtime::within(patience, redis_.evaluate(giving_up(), std::move(keys), std::move(arguments)));
  if (done.has_error()) co_return done.error();
  co_return result<void>();
}

asio::awaitable<void> SharedJobs::run(Verifier& verifier) {
  for (;;) {
    const auto deadline = verifier.jobs().empty() ? Clock::time_point::max() : Clock::now() + renewal;
    // Only between two jobs a stop ends this: how the running one ends is still to be told.
    if (verifier.running())
      co_await verifier.changed(deadline);
    else
      co_await runtime::wait_for_work(verifier.changed(deadline));
    if (co_await cut_off()) co_return;
    co_await share_all(verifier);
  }
}

asio::awaitable<void> SharedJobs::share_all(const Verifier& verifier) {
  const std::uint64_t connections = redis_.connections();
  if (connections != connections_) settled_.clear();
  connections_ = connections;
  const auto jobs = verifier.jobs();
  for (const auto& job : jobs) {
    if (settled_.contains(job->id)) continue;
    const bool over = job->over();
    const auto shared = co_await share(*job);
    if (shared.has_error()) co_return;
    if (over) settled_.emplace(job->id, keys_of(*job));
  }
  redis::Commands commands;
  for (const auto& [id, keys] : settled_)
    if (!verifier.find(id))
      for (const std::string& key : keys) commands.add("DEL", key);
  if (commands.empty()) co_return;
  const auto forgotten = co_await ask(std::move(commands));
  if (forgotten.has_value()) std::erase_if(settled_, [&verifier](const auto& entry) { return !verifier.find(entry.first); });
}

}  // namespace zhida::effect_service::verify
