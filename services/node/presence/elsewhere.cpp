#include "node/presence/elsewhere.hpp"

#include "platform/runtime/timeout.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace zhida::node {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds between_looks{5};
constexpr std::chrono::milliseconds patience{1'000};

/// Whether whoever announced this has folded `written`.
bool has_passed(const Registry::Entry& entry, const stores::WrittenTo& written) {
  if (!entry.announcement) return false;
  const auto& positions = entry.announcement->positions;
  return std::ranges::all_of(written, [&](const auto& each) {
    const auto& [place, offset] = each;
    const auto topic = positions.find(place.first);
    const auto partition = static_cast<std::size_t>(place.second);
    return topic == positions.end() || (partition < topic->second.size() && topic->second[partition] > offset);
  });
}

}  // namespace

Elsewhere::Elsewhere(asio::any_io_executor executor, Registry& registry, std::string self, Observer dismissed)
    : registry_(registry),
      executor_(executor),
      self_(std::move(self)),
      dismissed_(std::move(dismissed)),
      wanted_(executor),
      looked_(std::move(executor)) {}

asio::awaitable<void> Elsewhere::run() {
  asio::steady_timer pause(executor_);
  for (;;) {
    if (waiting_ == 0) co_await wanted_.wait();
    const std::uint64_t look = ++begun_;
    auto seen = co_await runtime::within(patience, registry_.look());
    if (seen.has_value()) {
      seen_ = std::move(*seen);
      seen_by_ = look;
      looked_.ring();
    }
    pause.expires_after(between_looks);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<bool> Elsewhere::passed(stores::WrittenTo written, Clock::time_point deadline) {
  struct Waiting {
    int& count;
    explicit Waiting(int& counted) : count(counted) { ++count; }
    ~Waiting() { --count; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
  };
  const Waiting waiting(waiting_);
  // A look begun before the write may miss who was announced since, and did not see the write when it caught up.
  const std::uint64_t before = begun_;
  std::map<std::string, std::pair<std::string, Clock::time_point>> standing;  // who is behind: what it said, since when
  wanted_.ring();
  for (;;) {
    const bool looked = co_await looked_.wait(deadline);
    if (!looked) co_return false;  // too late, or cut off
    if (seen_by_ <= before) continue;
    std::vector<std::pair<std::string, std::string>> stuck;
    bool all = seen_.whole;
    for (const Registry::Entry& entry : seen_.entries) {
      if (entry.id == self_ || has_passed(entry, written)) continue;
      all = false;
      auto& [text, since] = standing[entry.id];
      if (text != entry.text) {
        text = entry.text;
        since = Clock::now();
      } else if (Clock::now() >= since + stuck_after) {
        stuck.emplace_back(entry.id, entry.text);
        since = deadline;  // once
      }
    }
    if (all) co_return true;
    for (const auto& [id, text] : stuck) {
      co_await registry_.dismiss(id, text);
      if (dismissed_) dismissed_(id, text);
    }
  }
}

}  // namespace zhida::node
