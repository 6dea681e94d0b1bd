#include "platform/http/session.hpp"

#include "platform/observe/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace zhida::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto never = Session::Clock::time_point::max();
constexpr std::size_t small_room = 4 * 1024;  // of an idle connection's buffer
constexpr std::size_t body_room = 64 * 1024;  // while a body comes in
constexpr std::size_t most_lingering = 64 * 1024 * 1024;

}  // namespace

Session::Session(tcp::socket socket, std::shared_ptr<ServerState> server)
    : socket_(std::move(socket)),
      server_(std::move(server)),
      place_(server_->sessions.insert(server_->sessions.end(), this)),
      parser_(MessageParser::Kind::request, server_->options.limits.header_bytes),
      in_(small_room),
      progress_(socket_.get_executor(), never),
      sleep_(socket_.get_executor(), never) {
  error_code ignored;  // a peer already gone shows at the first read
  const auto peer = socket_.remote_endpoint(ignored).address();
  peer_ = peer.to_string();
  loopback_ = peer.is_loopback();
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
}

Session::~Session() {
  server_->sessions.erase(place_);
  if (server_->draining && server_->sessions.empty()) server_->tick.cancel();
}

asio::awaitable<void> Session::run() {
  // A stop is noticed through `draining` and between requests; only `terminal` breaks into operations.
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation(), asio::enable_terminal_cancellation());
  const auto self = shared_from_this();
  for (bool again = true; again && !lost_;) again = co_await serve_one();
  co_await flush();
  if (!lost_ && (header_problem_ || (parser_.got_some() && !parser_.done()))) co_await linger();
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<void> Session::run_refusal() {
  const auto self = shared_from_this();
  ++server_->refusals;
  begin_request();
  Response refused = respond(problems::unavailable(1s, "Too many connections; try again.", "连接数过多，请重试。"));
  request_.trace = observe::Trace::make();
  append_head(out_, refused, Framing::length, false);
  const bool sent = co_await send_all(out_, refused.body);
  if (sent) co_await linger();
  --server_->refusals;
}

void Session::begin_request() {
  request_.clear();
  request_.remote_address = peer_;
  parser_.begin(request_.headers);
  header_problem_.reset();
  inflater_.reset();
  packed_ = {};
  out_.clear();
  whole_.reset();
  continue_sent_ = head_begun_ = chunked_ = finishing_ = keep_ = timed_out_ = false;
  if (in_.size() > small_room && in_begin_ == in_end_) {
    in_.resize(small_room);
    in_.shrink_to_fit();
  }
}

asio::awaitable<bool> Session::serve_one() {
  begin_request();
  const bool complete = co_await read_header();
  if (!complete && !header_problem_) co_return false;
  admitted_ = Clock::now();
  std::optional<Problem> problem = header_problem_;
  if (!problem) problem = admit();
  if (!problem && request_.route->streams) co_return co_await stream();
  if (!problem) problem = co_await read_body();
  if (lost_) co_return false;
  if (problem) {
    if (!header_problem_) co_await discard_small_body();
    Response refusal = respond(*problem);
    co_return co_await answer(std::move(refusal));
  }
  Response response = co_await handle();
  if (lost_) co_return false;
  co_return co_await answer(std::move(response));
}

asio::awaitable<bool> Session::read_header() {
  const Limits& limits = server_->options.limits;
  bool begun = false;
  for (;;) {
    if (in_begin_ < in_end_) {
      if (!begun) begun_ = Clock::now();
      begun = true;
      error_code error;
      std::string_view bytes(in_.data() + in_begin_, in_end_ - in_begin_);
      const bool complete = parser_.parse_header(bytes, error);
      in_begin_ = in_end_ - bytes.size();
      if (complete) co_return true;
      if (error == make_error_code(Error::too_large))
        header_problem_ = Problem(Status::headers_too_large, "header-too-large", "Header too large",
                                  "The header may have " + std::to_string(limits.header_bytes) + " bytes.",
                                  "请求头不得超过 " + std::to_string(limits.header_bytes) + " 字节。");
      else if (error)
        header_problem_ = problems::bad_request("This is not valid HTTP/1.1.", "这不是有效的 HTTP/1.1 请求。");
      if (error) break;
    } else if (server_->draining) {
      co_return false;
    }
    waiting_ = !begun;
    const Clock::time_point deadline = begun ? begun_ + limits.header : Clock::now() + limits.idle;
    const error_code error = co_await fill(deadline, small_room);
    waiting_ = false;
    if (error && timed_out_ && begun) {
      header_problem_ =
          Problem(Status::request_timeout, "request-timeout", "Request timeout", "The header took too long.", "请求头发送超时。");
      break;
    }
    if (error) {
      lost_ = true;
      co_return false;
    }
  }
  request_.trace = observe::Trace::make();
  request_.verb = Verb::other;
  co_return false;
}

asio::awaitable<error_code> Session::fill(Clock::time_point deadline, std::size_t room) {
  if (in_begin_ > 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(in_begin_), in_.begin() + static_cast<std::ptrdiff_t>(in_end_), in_.begin());
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  if (in_.size() < room) in_.resize(room);
  if (in_end_ == in_.size()) in_.resize(in_.size() * 2);
  timed_out_ = false;
  read_deadline_ = deadline;
  const auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_), as_result);
  read_deadline_ = never;
  in_end_ += bytes;
  co_return error;
}

asio::awaitable<Response> Session::handle() {
  std::optional<Problem> refused;
  std::string reason;
  try {
    co_return co_await request_.route->handler(request_);
  } catch (const Refused& refusal) {
    refused = refusal.problem();
  } catch (const std::exception& error) {
    reason = error.what();
  }
  if (refused) co_return respond(*refused);
  lost_ = co_await cut_off();
  if (lost_) co_return Response();
  co_return failed(reason);
}

asio::awaitable<bool> Session::stream() {
  Exchange exchange(*this);
  std::optional<Problem> refused;
  std::string reason;
  bool broken = false;
  try {
    co_await request_.route->streams(exchange);
  } catch (const Refused& refusal) {
    refused = refusal.problem();
  } catch (const std::exception& error) {
    reason = error.what();
    broken = true;
  }
  const bool stopped = co_await cut_off();
  if (broken && stopped) lose();
  if (!head_begun_) {
    if (lost_) co_return false;
    Response response(Status::no_content);
    if (refused)
      response = respond(*refused);
    else if (broken)
      response = failed(reason);
    else if (whole_)
      response = *std::move(whole_);
    if (!parser_.done()) co_await discard_small_body();
    co_return co_await answer(std::move(response));
  }
  if (!lost_ && (refused || broken)) {  // too late for a problem: the missing last chunk tells the client
    if (broken) failed(reason);
    lose();
  }
  finishing_ = true;
  pump();
  co_await flush();
  server_->count(request_, lost_ ? Status::internal_error : streamed_status_, Clock::now() - admitted_);
  co_return keep_&& parser_.done() && !lost_ && !server_->draining;
}

asio::awaitable<bool> Session::answer(Response response) {
  const bool keep = !header_problem_ && parser_.done() && parser_.keep_alive() && !server_->draining;
  const bool bodiless = response.status == Status::no_content || response.status == Status::not_modified;
  append_head(out_, response, Framing::length, keep);
  server_->count(request_, response.status, Clock::now() - admitted_);
  const bool with_body = !bodiless && request_.verb != Verb::head;
  const bool sent = co_await send_all(out_, with_body ? std::string_view(response.body) : std::string_view());
  co_return sent&& keep;
}

asio::awaitable<bool> Session::cut_off() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return (state.cancelled() & asio::cancellation_type::terminal) != asio::cancellation_type::none;
}

asio::awaitable<void> Session::linger() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  const Clock::time_point deadline = Clock::now() + 2s;
  for (std::size_t discarded = 0; discarded < most_lingering;) {
    in_begin_ = in_end_ = 0;
    const error_code error = co_await fill(deadline, body_room);
    if (error) break;
    discarded += in_end_;
  }
}

}  // namespace zhida::http
