#include "platform/http/session.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t body_room = 64 * 1024;         // the most a stream's handler gets at once
constexpr std::size_t worth_discarding = 64 * 1024;  // rather than closing the connection

}  // namespace

asio::awaitable<boost::system::result<std::string_view>> Session::read_raw(Clock::time_point deadline) {
  for (;;) {
    if (parser_.done()) co_return std::string_view();
    if (in_begin_ < in_end_) {
      error_code error;
      std::string_view bytes(in_.data() + in_begin_, in_end_ - in_begin_);
      const std::string_view piece = parser_.parse_body(bytes, error);
      in_begin_ = in_end_ - bytes.size();
      if (error) co_return error;
      if (!piece.empty()) co_return piece;
      if (parser_.done()) continue;
    }
    if (!continue_sent_ && expects_continue() && !head_begun_) {
      continue_sent_ = true;
      const bool sent = co_await send_all("HTTP/1.1 100 Continue\r\n\r\n", {});
      if (!sent) co_return make_error_code(Error::connection_lost);
    }
    const error_code error = co_await fill(deadline, body_room);
    if (error) {
      if (timed_out_) co_return make_error_code(Error::timed_out);
      lost_ = true;
      co_return make_error_code(Error::connection_lost);
    }
  }
}

asio::awaitable<boost::system::result<std::string_view>> Session::read_some() {
  for (;;) {
    if (inflater_) {
      auto plain = inflater_->next(packed_);
      if (plain.has_error() || !plain->empty()) co_return plain;
    }
    const auto raw = co_await read_raw(Clock::now() + server_->options.limits.transfer);
    if (!inflater_ || raw.has_error()) co_return raw;
    if (raw->empty()) {
      if (inflater_->complete()) co_return std::string_view();
      co_return make_error_code(Error::malformed_encoding);
    }
    packed_ = *raw;
  }
}

asio::awaitable<std::optional<Problem>> Session::read_body() {
  if (parser_.done()) co_return std::nullopt;
  const std::size_t limit = request_.route->info.body_limit;
  const Clock::time_point deadline = Clock::now() + server_->options.limits.transfer;
  if (const auto length = parser_.content_length(); length && !inflater_) request_.body.reserve(static_cast<std::size_t>(*length));
  std::size_t sent = 0;
  for (;;) {
    const auto raw = co_await read_raw(deadline);
    if (raw.has_error()) co_return bad_body(raw.error(), limit);
    if (raw->empty()) break;
    sent += raw->size();
    if (sent > limit) co_return problems::too_large(limit);
    if (!inflater_) {
      request_.body += *raw;
      continue;
    }
    for (packed_ = *raw;;) {
      const auto plain = inflater_->next(packed_);
      if (plain.has_error()) co_return bad_body(plain.error(), limit);
      if (plain->empty()) break;
      if (request_.body.size() + plain->size() > limit) co_return problems::too_large(limit);
      request_.body += *plain;
    }
  }
  if (inflater_ && !inflater_->complete()) co_return bad_body(Error::malformed_encoding, limit);
  co_return std::nullopt;
}

asio::awaitable<void> Session::discard_small_body() {
  const auto length = parser_.content_length();
  if (parser_.done() || !length || *length > worth_discarding || (expects_continue() && !continue_sent_)) co_return;
  const Clock::time_point deadline = Clock::now() + 1s;
  while (!parser_.done()) {
    const auto piece = co_await read_raw(deadline);
    if (piece.has_error()) co_return;
  }
}

}  // namespace zhida::http
