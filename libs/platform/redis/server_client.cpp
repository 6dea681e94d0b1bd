#include "platform/redis/server_client.hpp"

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

ServerClient::ServerClient(asio::any_io_executor executor, Address address, Observer observer)
    : ServerClient(std::move(executor), std::move(address), std::move(observer), Options()) {}

ServerClient::ServerClient(asio::any_io_executor executor, Address address, Observer observer, Options options)
    : executor_(executor), address_(std::move(address)), observer_(std::move(observer)), options_(options), changed_(executor) {
  changed_.expires_at(asio::steady_timer::time_point::max());
}

ServerClient::~ServerClient() = default;

// Brings the connection to where commands can be sent: authenticated, and the server's data loaded.
ServerClient::Awaitable<void> ServerClient::connect() {
  refusal_.clear();
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
    const auto refused = std::ranges::find_if(*replies, [](const Reply& reply) { return reply.is_error() && !reply.is_error("LOADING"); });
    if (refused != replies->end()) {
      refusal_ = "the server does not let user '" + (address_.user.empty() ? "default" : address_.user) + "' in: " + refused->text;
      co_return asio::error::make_error_code(asio::error::access_denied);
    }
    if (!replies->back().is_error()) co_return result<void>();
    asio::steady_timer pause(executor_, loading_pause);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> ServerClient::run() {
  struct DownAtTheEnd {
    ServerClient& client;
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
    if (!connected)
      tell(false, refusal_.empty() ? connected.error().message() : refusal_);
    else
      tell(false, connection_->reason());
    asio::steady_timer pause(executor_, delay);
    co_await pause.async_wait(asio::use_awaitable);
    delay = std::min(delay * 2, options_.longest_delay);
  }
}

// A process that is stopped, or a machine that is gone, closes nothing: only its silence shows.
asio::awaitable<void> ServerClient::watch() {
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

void ServerClient::set_connected() {
  connected_ = true;
  ++connections_;
  changed_.cancel();
  tell(true, "connected");
}

// A server that stays away is reported once, not with every attempt.
void ServerClient::tell(bool up, std::string reason) {
  if (reason == last_told_) return;
  last_told_ = std::move(reason);
  if (observer_) observer_(up, last_told_);
}

bool ServerClient::connected() const { return connected_ && connection_->open(); }

asio::awaitable<void> ServerClient::wait_until_connected() {
  while (!connected()) {
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));  // ends by cancellation only
    if (connected()) co_return;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(asio::error::operation_aborted);
  }
}

ServerClient::Awaitable<std::vector<Reply>> ServerClient::pipeline(Commands commands) {
  if (!connected_) co_return asio::error::make_error_code(asio::error::not_connected);
  co_return co_await connection_->send(std::move(commands));
}

}  // namespace zhida::redis
