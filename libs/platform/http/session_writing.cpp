#include "platform/http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <charconv>

namespace zhida::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto never = Session::Clock::time_point::max();
constexpr std::size_t high_water = 256 * 1024;

}  // namespace

asio::awaitable<bool> Session::send_all(std::string_view bytes, std::string_view more) {
  // Most answers fit into the socket's buffer: no need to suspend for them.
  error_code error;
  const std::array<asio::const_buffer, 2> both{asio::buffer(bytes), asio::buffer(more)};
  std::size_t sent = socket_.write_some(both, error);
  if (error == asio::error::would_block) error = {};
  const std::size_t all = bytes.size() + more.size();
  while (!error && sent < all) {
    const std::string_view rest = sent < bytes.size() ? bytes.substr(sent) : more.substr(sent - bytes.size());
    write_deadline_ = Clock::now() + server_->options.limits.transfer;
    const auto [failure, count] = co_await socket_.async_write_some(asio::buffer(rest), as_result);
    write_deadline_ = never;
    error = failure;
    sent += count;
  }
  if (error) lost_ = true;
  co_return !error;
}

void Session::start(const Response& head) {
  if (head_begun_) return;
  head_begun_ = true;
  streamed_status_ = head.status;
  chunked_ = parser_.http11();
  keep_ = chunked_ && parser_.keep_alive() && !server_->draining;
  stream_head_.clear();
  append_head(stream_head_, head, chunked_ ? Framing::chunked : Framing::until_close, keep_);
  pump();
}

void Session::push(std::string_view bytes) {
  if (lost_ || bytes.empty() || request_.verb == Verb::head) return;
  pending_ += bytes;
  pump();
}

void Session::pump() {
  if (writing_ || lost_) return;
  in_flight_.clear();
  written_ = 0;
  in_flight_.swap(stream_head_);
  if (!pending_.empty()) {
    if (chunked_) {
      char digits[16];
      char* const end = std::to_chars(digits, digits + sizeof digits, pending_.size(), 16).ptr;
      in_flight_.append(digits, end).append("\r\n").append(pending_).append("\r\n");
      pending_.clear();
    } else {
      in_flight_ += pending_;
      pending_.clear();
    }
  }
  if (finishing_ && chunked_ && request_.verb != Verb::head) {
    in_flight_ += "0\r\n\r\n";
  }
  finishing_ = false;
  if (in_flight_.empty()) return;
  writing_ = true;
  pump_on({}, 0);
}

void Session::pump_on(error_code error, std::size_t bytes) {
  written_ += bytes;
  if (error || lost_) {
    writing_ = false;
    lose();
    return;
  }
  if (bytes > 0) progress_.cancel();
  if (written_ == in_flight_.size()) {
    writing_ = false;
    write_deadline_ = never;
    in_flight_.clear();
    written_ = 0;
    if (!pending_.empty() || finishing_) pump();
    return;
  }
  // While the body still comes in the client may be busy sending: its reading is not yet due.
  write_deadline_ = parser_.done() ? Clock::now() + server_->options.limits.transfer : never;
  socket_.async_write_some(asio::buffer(in_flight_.data() + written_, in_flight_.size() - written_),
                           [self = shared_from_this()](error_code failure, std::size_t count) { self->pump_on(failure, count); });
}

asio::awaitable<void> Session::write(std::string_view bytes) {
  push(bytes);
  while (!lost_ && unsent() > high_water) {
    if (write_deadline_ == never) write_deadline_ = Clock::now() + server_->options.limits.transfer;
    co_await progress_.async_wait(as_result);
    const bool stop = co_await cut_off();
    if (stop) throw boost::system::system_error(asio::error::operation_aborted);
  }
  if (lost_) throw boost::system::system_error(make_error_code(Error::connection_lost));
}

asio::awaitable<void> Session::flush() {
  while (writing_) {
    if (!lost_ && write_deadline_ == never) write_deadline_ = Clock::now() + server_->options.limits.transfer;
    const bool stop = co_await cut_off();
    if (stop) lose();
    co_await progress_.async_wait(as_result);
  }
}

void Session::lose() {
  lost_ = true;
  error_code ignored;
  socket_.close(ignored);  // ends a write under way
  progress_.cancel();
  sleep_.cancel();
}

void Session::abort() { lose(); }

asio::awaitable<void> Session::sleep_until(Clock::time_point when) {
  sleep_.expires_at(when);
  co_await sleep_.async_wait(as_result);
  const bool stop = co_await cut_off();
  if (stop) throw boost::system::system_error(asio::error::operation_aborted);
}

void Session::on_drain() {
  error_code ignored;
  if (waiting_) socket_.cancel(ignored);
  sleep_.cancel();
}

void Session::enforce_limits(Clock::time_point now) {
  error_code ignored;
  if (now >= write_deadline_) {
    lose();
  } else if (now >= read_deadline_) {
    timed_out_ = true;
    read_deadline_ = never;
    socket_.cancel(ignored);
  }
}

}  // namespace zhida::http
