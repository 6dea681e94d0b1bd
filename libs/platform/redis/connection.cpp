#include "platform/redis/connection.hpp"

#include "platform/redis/asio_events.hpp"
#include "platform/redis/reply_builder.hpp"
#include "platform/runtime/callback.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <utility>

namespace zhida::redis {
namespace {

namespace asio = boost::asio;
using boost::system::result;

using Pending = runtime::Callback<std::vector<Reply>>;

/// A pipeline under way: hiredis calls back once for each command, with null when the connection ends.
struct Pipeline {
  void* pending = nullptr;
  std::size_t outstanding = 0;
  bool broken = false;
  std::vector<Reply> replies;

  void finish() {
    if (broken)
      Pending::complete(pending, asio::error::make_error_code(asio::error::connection_reset));
    else
      Pending::complete(pending, std::move(replies));
    delete this;
  }
};

void on_reply(redisAsyncContext*, void* reply, void* data) {
  auto* pipeline = static_cast<Pipeline*>(data);
  if (reply && !pipeline->broken)
    pipeline->replies.push_back(take_reply(reply));
  else
    pipeline->broken = true;
  if (--pipeline->outstanding == 0) pipeline->finish();
}

}  // namespace

Connection::Connection(asio::any_io_executor executor) : executor_(executor), changed_(executor) {
  changed_.expires_at(asio::steady_timer::time_point::max());
}

Connection::~Connection() { close(); }

asio::awaitable<result<void>> Connection::connect(const Address& address) {
  redisAsyncContext* context =
      address.socket.empty() ? redisAsyncConnect(address.host.c_str(), address.port) : redisAsyncConnectUnix(address.socket.c_str());
  if (!context || context->err) {
    reason_ = context ? context->errstr : "out of memory";
    if (context) redisAsyncFree(context);
    if (address.socket.empty()) co_return asio::error::make_error_code(asio::error::host_not_found);
    co_return asio::error::make_error_code(asio::error::connection_refused);
  }
  context_ = context;
  context_->data = this;
  state_ = State::connecting;
  build_replies(*context_);
  attach(*context_, executor_);
  redisAsyncSetConnectCallback(context_, &Connection::on_connect);
  redisAsyncSetDisconnectCallback(context_, &Connection::on_disconnect);

  co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));  // ends by cancellation only
  if (state_ == State::open) co_return result<void>();
  const bool refused = state_ == State::closed;
  close();
  if (refused) co_return asio::error::make_error_code(asio::error::connection_refused);
  co_return asio::error::make_error_code(asio::error::operation_aborted);
}

asio::awaitable<result<std::vector<Reply>>> Connection::send(Commands commands) {
  return Pending::wait(executor_, [this, commands = std::move(commands)](void* opaque) { submit(commands, opaque); });
}

void Connection::submit(const Commands& commands, void* opaque) {
  if (state_ != State::open) return Pending::complete(opaque, asio::error::make_error_code(asio::error::not_connected));
  if (commands.empty()) return Pending::complete(opaque, std::vector<Reply>());
  // One more than there are replies to come: the pipeline must not end while it is being submitted.
  auto* pipeline = new Pipeline{opaque, commands.size() + 1, false, {}};
  pipeline->replies.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const std::string_view command = commands.encoded(i);
    if (redisAsyncFormattedCommand(context_, &on_reply, pipeline, command.data(), command.size()) != REDIS_OK)
      on_reply(nullptr, nullptr, pipeline);
  }
  if (--pipeline->outstanding == 0) pipeline->finish();
}

asio::awaitable<void> Connection::closed() {
  while (state_ == State::open) {
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (state_ == State::open) throw boost::system::system_error(asio::error::operation_aborted);
  }
}

void Connection::close() {
  state_ = State::closed;
  if (redisAsyncContext* context = std::exchange(context_, nullptr)) {
    context->data = nullptr;
    redisAsyncFree(context);
  }
  changed_.cancel();
}

void Connection::give_up(std::string reason) {
  reason_ = std::move(reason);
  close();
}

void Connection::ended(const redisAsyncContext* context) {
  reason_ = context->errstr && *context->errstr ? context->errstr : "closed";
  state_ = State::closed;
  context_ = nullptr;  // hiredis frees it
  changed_.cancel();
}

void Connection::on_connect(const redisAsyncContext* context, int status) {
  auto* self = static_cast<Connection*>(context->data);
  if (!self) return;
  if (status != REDIS_OK) return self->ended(context);  // hiredis does not call on_disconnect then
  self->state_ = State::open;
  self->changed_.cancel();
}

void Connection::on_disconnect(const redisAsyncContext* context, int) {
  if (auto* self = static_cast<Connection*>(context->data)) self->ended(context);
}

}  // namespace zhida::redis
