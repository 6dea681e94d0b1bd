#include "platform/http/event_stream.hpp"

#include "platform/http/session.hpp"

#include <algorithm>
#include <string>

namespace zhida::http {
namespace {

using namespace std::chrono_literals;
constexpr auto keep_alive_every = 15s;

}  // namespace

EventStream::EventStream(Exchange& exchange) : exchange_(exchange), last_sent_(std::chrono::steady_clock::now()) {
  Response head(Status::ok, "", "text/event-stream");
  head.set("X-Accel-Buffering", "no");
  exchange_.start(head);
}

bool EventStream::send(std::string_view event, std::string_view data, std::string_view id) {
  std::string text;
  if (!id.empty()) text.append("id: ").append(id).append("\n");
  if (!event.empty()) text.append("event: ").append(event).append("\n");
  for (;;) {
    const std::string_view line = data.substr(0, data.find('\n'));
    text.append("data: ").append(line).append("\n");
    if (line.size() == data.size()) break;
    data.remove_prefix(line.size() + 1);
  }
  text += '\n';
  return send_raw(text);
}

bool EventStream::keep_alive() { return send_raw(": keep-alive\n\n"); }

bool EventStream::send_raw(std::string_view text) {
  if (exchange_.should_stop()) return false;
  if (exchange_.unsent() + text.size() > queue_bytes) {
    exchange_.session().abort();
    return false;
  }
  exchange_.push(text);
  last_sent_ = std::chrono::steady_clock::now();
  return true;
}

boost::asio::awaitable<bool> EventStream::pause(std::chrono::milliseconds pause) {
  const auto until = std::chrono::steady_clock::now() + pause;
  for (;;) {
    if (exchange_.should_stop()) co_return false;
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) co_return true;
    if (now >= last_sent_ + keep_alive_every && !keep_alive()) co_return false;
    const auto next = std::min(until, last_sent_ + std::chrono::steady_clock::duration(keep_alive_every));
    co_await exchange_.session().sleep_until(next);
  }
}

}  // namespace zhida::http
