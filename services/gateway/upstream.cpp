#include "gateway/upstream.hpp"

#include "platform/http/client.hpp"
#include "platform/http/exchange.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace zhida::gateway {
namespace {

namespace asio = boost::asio;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds watch_interval{500};
constexpr std::chrono::milliseconds connect_limit{2'000};
constexpr std::chrono::milliseconds left_alone{300};
constexpr std::chrono::seconds idle_limit{30};  // below that of our servers
constexpr std::size_t most_idle = 64;

}  // namespace

auto Upstream::standing() const -> Standing {
  if (silent_ || Clock::now() < back_after_) return Standing::left_alone;
  return unready_ ? Standing::up : Standing::ready;
}

auto Upstream::connect(bool fresh) -> asio::awaitable<std::shared_ptr<Stream>> {
  std::erase_if(idle_, [](const Idle& each) { return Clock::now() - each.since > idle_limit; });
  if (!fresh && !idle_.empty()) {
    auto stream = std::move(idle_.back().stream);
    idle_.pop_back();
    co_return stream;
  }
  auto stream = co_await open();
  if (stream) co_return stream;
  idle_.clear();
  back_after_ = Clock::now() + left_alone;
  unready_ = true;
  co_return nullptr;
}

auto Upstream::open() -> asio::awaitable<std::shared_ptr<Stream>> {
  auto stream = std::make_shared<Stream>(executor_);
  stream->expires_after(connect_limit);
  const auto [refused] = co_await stream->async_connect(address_, as_result);
  if (refused) co_return nullptr;
  boost::system::error_code ignored;
  stream->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  std::erase_if(open_, [](const auto& each) { return each.expired(); });
  open_.push_back(stream);
  co_return stream;
}

void Upstream::keep(std::shared_ptr<Stream> stream) {
  if (!has_left_ && idle_.size() < most_idle) idle_.push_back({std::move(stream), Clock::now()});
}

void Upstream::leave() {
  has_left_ = true;
  idle_.clear();
}

void Upstream::cut_off() {
  idle_.clear();
  for (const auto& each : std::exchange(open_, {}))
    if (const auto stream = each.lock()) stream->cancel();
}

bool Upstream::is_asked_something() const {
  return std::ranges::any_of(open_, [](const auto& each) { return !each.expired(); });
}

asio::awaitable<void> Upstream::watch(std::shared_ptr<Upstream> process) {
  Upstream& self = *process;
  asio::steady_timer pause(self.executor_);
  http::Client client(self.executor_, self.address_.address().to_string(), self.address_.port(), patience);
  while (!self.has_left_ || self.is_asked_something()) {
    pause.expires_after(watch_interval);
    co_await runtime::wait_for_work(pause.async_wait(asio::use_awaitable));
    bool timed_out = false, alive = false;
    try {
      http::ClientRequest request(http::Verb::get, "/readyz");
      const http::ClientResponse response = co_await client.send(std::move(request));
      alive = true;
      self.unready_ = response.status != http::Status::ok;
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;
      timed_out = error.code() == http::make_error_code(http::Error::timed_out);
      self.unready_ = true;
    }
    self.alive_ = alive;
    self.silent_ = timed_out || (self.silent_ && !alive);
    if (timed_out) self.cut_off();
  }
}

}  // namespace zhida::gateway
