#include "node/presence/presence.hpp"

#include "platform/runtime/timeout.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <utility>

namespace zhida::node {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds look_at_positions{10};
constexpr std::chrono::milliseconds renew_after = Registry::lease / 6;
constexpr std::chrono::milliseconds patience{1'000};
constexpr std::chrono::milliseconds try_again{200};

bool reached(const Announcement::Positions& positions, const Announcement::Positions& ends) {
  for (const auto& [topic, offsets] : ends)
    for (std::size_t p = 0; p < offsets.size(); ++p)
      if (positions.at(topic)[p] < offsets[p]) return false;
  return true;
}

}  // namespace

Presence::Presence(asio::any_io_executor executor, Registry& registry, log::EventLog& log, std::string id,
                   std::function<Announcement()> announcement, Observer observer)
    : executor_(std::move(executor)),
      registry_(registry),
      log_(log),
      id_(std::move(id)),
      announcement_(std::move(announcement)),
      observer_(std::move(observer)) {}

asio::awaitable<void> Presence::run() {
  using namespace asio::experimental::awaitable_operators;
  while (!left_) {
    co_await reach_end();  // who is behind would only keep writers waiting
    holds_until_ = {};
    const auto ended = co_await (keep_announced() || answer());
    const bool answered = std::exchange(caught_up_, false);
    if (answered && observer_ && !left_) observer_(std::get<0>(ended));
    co_await withdraw();
  }
}

asio::awaitable<void> Presence::leave() {
  left_ = true;
  caught_up_ = false;
  co_await withdraw();
}

asio::awaitable<void> Presence::withdraw() {
  const auto left = co_await runtime::within(patience, registry_.leave(id_));
  if (left.has_error()) co_await pause(try_again);  // then its lease ends
}

asio::awaitable<void> Presence::pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(executor_, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<bool> Presence::read_ends(Announcement::Positions& ends) {
  for (auto& [topic, offsets] : ends)
    for (std::size_t p = 0; p < offsets.size(); ++p) {
      const auto range = co_await runtime::within(patience, log_.range(topic, static_cast<std::int32_t>(p)));
      if (range.has_error()) co_return false;
      offsets[p] = range->end;
    }
  co_return true;
}

asio::awaitable<void> Presence::reach_end() {
  Announcement::Positions ends = announcement_().positions;
  for (;;) {
    const bool known = co_await read_ends(ends);
    if (known) break;
    co_await pause(try_again);
  }
  while (!reached(announcement_().positions, ends)) co_await pause(look_at_positions);
}

/// Until the announcement no longer holds without a gap; says why.
asio::awaitable<std::string_view> Presence::keep_announced() {
  Announcement last;
  Clock::time_point renew_at{};
  bool announced = false;
  for (;;) {
    if (left_) co_return "it is stopping";
    Announcement now = announcement_();
    const Clock::time_point sent = Clock::now();
    if (now != last || sent >= renew_at) {
      const auto held = co_await runtime::within(patience, registry_.announce(id_, now));
      // The server took it before now and let it hold for a lease from then on, so at least for a lease from when it was sent.
      if (announced && Clock::now() >= holds_until_) co_return "nobody confirmed its lease in time";
      if (held.has_value()) {
        if (*held == Registry::Standing::dismissed) co_return "another process found it stuck";
        announced = true;
        holds_until_ = sent + Registry::lease;
        renew_at = sent + renew_after;
        last = std::move(now);
      }
    }
    co_await pause(look_at_positions);
  }
}

asio::awaitable<void> Presence::answer() {
  while (Clock::now() >= holds_until_) co_await pause(look_at_positions);  // until the first announcement
  co_await reach_end();                                                    // whoever wrote before it was announced did not wait for it
  caught_up_ = true;
  if (observer_) observer_("");
  asio::steady_timer never(executor_, Clock::time_point::max());
  co_await never.async_wait(asio::use_awaitable);
}

}  // namespace zhida::node
