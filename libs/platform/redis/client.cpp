#include "platform/redis/client.hpp"

#include "platform/redis/connection.hpp"
#include "platform/runtime/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>

namespace zhida::redis {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using namespace std::chrono_literals;

constexpr auto loading_pause = 20ms;

asio::awaitable<result<void>> end_of(Connection& connection) {
  try {
    co_await connection.closed();
  } catch (const boost::system::system_error& cancelled) {
    co_return cancelled.code();
  }
  co_return result<void>();
}

}  // namespace

Client::Client(asio::any_io_executor executor, Address address, Observer observer)
    : Client(std::move(executor), std::move(address), std::move(observer), Options()) {}

Client::Client(asio::any_io_executor executor, Address address, Observer observer, Options options)
    : executor_(executor), address_(std::move(address)), observer_(std::move(observer)), options_(options), changed_(executor) {
  changed_.expires_at(asio::steady_timer::time_point::max());
}

Client::~Client() = default;

// Brings the connection to where commands can be sent: authenticated, and the server's data loaded.
Client::Awaitable<void> Client::connect() {
  connection_ = std::make_unique<Connection>(executor_);
  Connection& connection = *connection_;
  if (const result<void> connected = co_await connection.connect(address_); !connected) co_return connected.error();
  for (;;) {
    Commands greeting;
    if (!address_.password.empty()) {
      if (address_.user.empty())
        greeting.add("AUTH", address_.password);
      else
        greeting.add("AUTH", address_.user, address_.password);
    }
    greeting.add("PING");
    const result<std::vector<Reply>> replies = co_await connection.send(std::move(greeting));
    if (!replies) co_return replies.error();
    if (!replies->front().is_error("LOADING") && replies->front().is_error())
      co_return asio::error::make_error_code(asio::error::access_denied);
    if (!replies->back().is_error()) co_return result<void>();
    if (!replies->back().is_error("LOADING")) co_return asio::error::make_error_code(asio::error::access_denied);
    asio::steady_timer pause(executor_, loading_pause);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> Client::run() {
  struct DownAtTheEnd {
    Client& client;
    ~DownAtTheEnd() {
      client.connected_ = false;
      client.connection_.reset();
    }
  };
  const DownAtTheEnd guard{*this};
  auto delay = options_.first_delay;
  for (;;) {
    const result<void> connected = co_await runtime::within<void>(options_.connect_limit, connect());
    if (connected) {
      delay = options_.first_delay;
      set_connected();
      co_await watch();
    }
    connected_ = false;
    tell(false, connected ? connection_->reason() : connected.error().message());
    asio::steady_timer pause(executor_, delay);
    co_await pause.async_wait(asio::use_awaitable);
    delay = std::min(delay * 2, options_.longest_delay);
  }
}

// A process that is stopped, or a machine that is gone, closes nothing: only its silence shows.
asio::awaitable<void> Client::watch() {
  for (;;) {
    const result<void> ended = co_await runtime::within<void>(options_.silence, end_of(*connection_));
    if (ended || ended.error() != asio::error::timed_out) co_return;
    Commands ping;
    ping.add("PING");
    const result<std::vector<Reply>> answer =
        co_await runtime::within<std::vector<Reply>>(options_.silence, connection_->send(std::move(ping)));
    if (answer) continue;
    if (answer.error() == asio::error::timed_out) connection_->give_up("no answer");
    co_return;
  }
}

void Client::set_connected() {
  connected_ = true;
  ++connections_;
  changed_.cancel();
  tell(true, "connected");
}

// A server that stays away is reported once, not with every attempt.
void Client::tell(bool up, std::string reason) {
  if (reason == last_told_) return;
  last_told_ = std::move(reason);
  if (observer_) observer_(up, last_told_);
}

bool Client::connected() const { return connected_ && connection_->open(); }

asio::awaitable<void> Client::wait_until_connected() {
  while (!connected()) {
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));  // ends by cancellation only
    if (connected()) co_return;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(asio::error::operation_aborted);
  }
}

Client::Awaitable<std::vector<Reply>> Client::pipeline(Commands commands) {
  if (!connected_) co_return asio::error::make_error_code(asio::error::not_connected);
  co_return co_await connection_->send(std::move(commands));
}

Client::Awaitable<Reply> Client::single(Commands one) {
  result<std::vector<Reply>> replies = co_await pipeline(std::move(one));
  if (!replies) co_return replies.error();
  co_return std::move(replies->front());
}

Client::Awaitable<Reply> Client::evaluate(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments) {
  const auto encode = [&](std::string_view name, std::string_view text) {
    Commands commands;
    commands.begin(name, 2 + keys.size() + arguments.size()).arg(text).arg(static_cast<std::int64_t>(keys.size()));
    for (const std::string& key : keys) commands.arg(key);
    for (const std::string& argument : arguments) commands.arg(argument);
    return commands;
  };
  Commands by_name = encode("EVALSHA", script.sha());
  result<Reply> reply = co_await single(std::move(by_name));
  if (!reply || !reply->is_error("NOSCRIPT")) co_return reply;
  Commands by_source = encode("EVAL", script.source());
  co_return co_await single(std::move(by_source));
}

Client::Awaitable<Reply> Client::load(const Script& script) { return command("SCRIPT", "LOAD", script.source()); }

}  // namespace zhida::redis
