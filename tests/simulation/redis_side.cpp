#include "simulation/redis_side.hpp"

#include "platform/log/ticket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace zhida::simulation {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using redis::Reply;
using Replies = std::vector<Reply>;

error_code reset() { return asio::error::make_error_code(asio::error::connection_reset); }

std::int64_t server_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Reply status(std::string_view words) {
  Reply reply;
  reply.kind = Reply::Kind::text;
  reply.text = words;
  return reply;
}

}  // namespace

RedisServer::RedisServer(World& world) : model(&server_now), world_(world) {}

void RedisServer::kill(Nanoseconds away, bool loses_all) {
  if (!up_) return;
  up_ = false;
  world_.note(loses_all ? "redis loses everything" : "redis dies");
  for (RedisPort* const port : ports_) {
    port->line_->up = false;
    ++port->line_->times_broken;
  }
  if (loses_all) kept_.clear();
  world_.after(away, [this] {
    model.restart(kept_);
    up_ = true;
    for (RedisPort* const port : ports_) port->break_for(world_.random.between(1, 300) * millisecond);
  });
}

RedisPort::RedisPort(World& world, RedisServer& server, Host& host) : world_(world), server_(server), host_(host) {
  line_->up = server.up_;
  server_.ports_.push_back(this);
}

RedisPort::~RedisPort() { cut(); }

void RedisPort::cut() {
  if (line_->dead) return;
  line_->dead = true;
  line_->up = false;
  line_->loses = world_.random.chance(50);
  std::erase(server_.ports_, this);
}

void RedisPort::break_for(Nanoseconds away) {
  line_->up = false;
  const std::uint64_t times = ++line_->times_broken;
  world_.after(away, [this, line = line_, times] {
    if (line->dead || line->times_broken != times || !server_.up_) return;
    line->up = true;
    ++connections_;
  });
}

asio::awaitable<void> RedisPort::run() {
  asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await never.async_wait(asio::use_awaitable);
}

asio::awaitable<void> RedisPort::wait_until_connected() {
  while (!connected()) {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(5));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

Replies RedisPort::execute(RedisModel& model, const redis::Commands& commands, std::size_t count) {
  Replies replies;
  std::optional<std::size_t> begun;  // by MULTI: the first reply of the transaction
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<std::string_view> words = commands.words(i);
    if (words.front() == "MULTI") {
      begun = replies.size();
    } else if (words.front() == "EXEC") {
      Reply all;
      all.kind = Reply::Kind::array;
      for (std::size_t at = *begun; at < replies.size(); ++at) all.items.push_back(std::exchange(replies[at], status("QUEUED")));
      replies.insert(replies.begin() + static_cast<std::ptrdiff_t>(*begun), status("OK"));
      replies.push_back(std::move(all));
      begun.reset();
    } else {
      replies.push_back(model.execute(words));
    }
  }
  return replies;
}

RedisPort::Awaitable<Replies> RedisPort::pipeline(redis::Commands commands) {
  if (!line_->up) co_return asio::error::make_error_code(asio::error::not_connected);
  auto start = [this, &commands](void* opaque) {
    auto ticket = std::make_shared<log::Ticket<Replies>>(opaque);
    auto sent = std::make_shared<redis::Commands>(std::move(commands));
    const Nanoseconds now = virtual_time::elapsed();
    last_ = std::max(last_ + 1, now + world_.random.between(20, 600) * microsecond);
    const Nanoseconds back = world_.strikes(world_.faults.redis_slow) ? world_.random.between(1, 500) * millisecond : 0;
    const bool breaks = world_.strikes(world_.faults.redis_cut);
    auto arrives = [this, &world = world_, &server = server_, line = line_, times = line_->times_broken, ticket, sent, back, breaks] {
      if (!server.up_ || (line->dead && line->loses)) return ticket->answer(reset());
      const bool broken = line->dead || line->times_broken != times;
      if (broken && world.random.chance(50)) return ticket->answer(reset());
      const std::size_t count = breaks ? world.random.below(sent->size() + 1) : sent->size();
      Replies replies = execute(server.model, *sent, count);
      for (const Reply& reply : replies) world.note(reply.items.size() + reply.text.size() + static_cast<std::uint64_t>(reply.integer));
      if (broken) return ticket->answer(reset());
      if (breaks) {
        ticket->answer(reset());
        break_for(world.random.between(1, 800) * millisecond);
        return;
      }
      if (alters) alters(*sent, replies);
      if (back == 0) return ticket->answer(std::move(replies));
      world.after(back, [ticket, line, times, replies = std::move(replies)] {
        if (line->times_broken != times)
          ticket->answer(reset());
        else
          ticket->answer(replies);
      });
    };
    world_.after(last_ - now, std::move(arrives));
  };
  co_return co_await runtime::Callback<Replies>::wait(host_.context.get_executor(), std::move(start));
}

}  // namespace zhida::simulation
