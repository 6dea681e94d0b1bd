#include "gateway/relay.hpp"

#include "platform/http/problem.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <limits>
#include <utility>

namespace zhida::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds retry_after{1};
constexpr std::chrono::seconds idle_limit{60};
constexpr std::chrono::seconds progress_limit{120};  // beyond what any route takes to answer or to say that it will not
constexpr std::uint32_t header_limit = 32 * 1024;
constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

/// Fields that are about one connection only.
void drop_hop_fields(wire::fields& fields) {
  for (const wire::field field : {wire::field::connection, wire::field::keep_alive, wire::field::proxy_connection, wire::field::upgrade,
                                  wire::field::te, wire::field::expect})
    fields.erase(field);
}

/// Pumps a message's body from `from` to `to` piece by piece.
template <bool is_request>
asio::awaitable<error_code> pump(beast::tcp_stream& from, beast::flat_buffer& buffer, wire::parser<is_request, wire::buffer_body>& parser,
                                 beast::tcp_stream& to, wire::serializer<is_request, wire::buffer_body>& serializer,
                                 std::array<char, 64 * 1024>& room) {
  auto& body = parser.get().body();
  for (;;) {
    if (!parser.is_done()) {
      body.data = room.data();
      body.size = room.size();
      body.more = true;
      from.expires_after(progress_limit);
      // Whatever has come is passed on: a stream's next piece may be long in coming.
      auto [error, bytes] = co_await wire::async_read_some(from, buffer, parser, as_result);
      if (error == wire::error::need_buffer) error = {};
      if (error) co_return error;
      body.size = room.size() - body.size;
      body.data = body.size == 0 ? nullptr : room.data();  // an empty piece would be written as a last chunk
      body.more = !parser.is_done();
      if (body.size == 0 && body.more) continue;
    } else {
      body.data = nullptr;
      body.size = 0;
      body.more = false;
    }
    to.expires_after(progress_limit);
    auto [error, bytes] = co_await wire::async_write(to, serializer, as_result);
    if (error == wire::error::need_buffer) error = {};
    if (error) co_return error;
    if (parser.is_done() && serializer.is_done()) co_return error_code();
  }
}

}  // namespace

Relay::Relay(beast::tcp_stream client, Routes& routes, Metrics& metrics) : client_(std::move(client)), routes_(routes), metrics_(metrics) {}

asio::awaitable<void> Relay::run() {
  error_code ignored;
  client_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  bool again = true;
  while (again) {
    answered_ = 0;
    asked_ = "gateway";
    again = co_await serve_one();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    if (answered_ != 0) metrics_.answered(asked_, answered_, took.count());
  }
  client_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

asio::awaitable<bool> Relay::serve_one() {
  Request request;
  request.header_limit(header_limit);
  request.body_limit(no_limit);
  client_.expires_after(idle_limit);
  const auto [error, bytes] = co_await runtime::wait_for_work(wire::async_read_header(client_, in_, request, as_result));
  began_ = std::chrono::steady_clock::now();
  static const auto& malformed = wire::make_error_code(wire::error::bad_method).category();
  if (error && error != wire::error::end_of_stream && error != wire::error::partial_message && error.category() == malformed) {
    keep_alive_ = false;
    co_await refuse(http::problems::bad_request("the request is not HTTP, or its header is too long.", "请求格式错误，或请求头过长。"));
    co_return false;
  }
  if (error) co_return false;

  const std::string target(request.get().target());
  const bool empty = request.is_done();
  keep_alive_ = request.get().keep_alive();
  Upstreams* const service = routes_.service(target);
  if (service == nullptr) {
    keep_alive_ = keep_alive_ && empty;
    error_code nobody;
    const auto from = client_.socket().remote_endpoint(nobody);
    const http::Response own = co_await routes_.own(target, !nobody && from.address().is_loopback());
    co_await answer(own);
    co_return keep_alive_;
  }
  asked_ = service->service();
  if (beast::iequals(request.get()[wire::field::expect], "100-continue")) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(client_, asio::buffer(go_on), as_result);
  }
  // Of others nobody knows what the process that died had done already. A connection used before may turn out closed, so they get a new
  // one.
  const bool repeatable = empty && (request.get().method() == wire::verb::get || request.get().method() == wire::verb::head);
  drop_hop_fields(request.get());
  error_code unknown;
  const auto peer = client_.socket().remote_endpoint(unknown);
  if (!unknown) request.get().set("X-Forwarded-For", peer.address().to_string());

  for (int attempt = 0;; ++attempt) {
    Upstreams::Connection upstream = co_await service->connect(!repeatable || attempt > 0);
    if (!upstream.stream) {
      keep_alive_ = keep_alive_ && empty;
      co_await refuse(http::problems::unavailable(retry_after, "no process of the service " + service->service() + " can be reached.",
                                                  "服务暂时不可用，请稍后重试。"));
      co_return keep_alive_;
    }
    const End end = co_await pass(request, upstream);
    if (end == End::answered) {
      if (upstream.stream) upstream.process->keep(std::move(upstream.stream));
      co_return keep_alive_;
    }
    if (end == End::broken) co_return false;
    if (repeatable && attempt < 2) continue;
    keep_alive_ = false;
    co_await refuse(http::problems::unavailable(retry_after,
                                                "the service ended before it answered: repeat the request with the same Idempotency-Key.",
                                                "服务在应答前中断，请使用相同的Idempotency-Key重试。"));
    co_return false;
  }
}

asio::awaitable<Relay::End> Relay::pass(Request& request, Upstreams::Connection& upstream) {
  using namespace asio::experimental::awaitable_operators;
  Upstreams::Stream& to = *upstream.stream;
  answer_.clear();
  const bool head_only = request.get().method() == wire::verb::head;
  bool upstream_keeps = true;
  // The answer decides when all is over: it may come before the body has been read, and be the last word.
  const auto outcome = co_await (send_body(request, to) || send_answer(to, head_only, upstream_keeps));
  const End end = std::get<1>(outcome);
  if (!request.is_done()) keep_alive_ = false;
  if (end != End::answered || !upstream_keeps || !request.is_done()) upstream.stream.reset();
  co_return end;
}

asio::awaitable<void> Relay::send_body(Request& request, Upstreams::Stream& to) {
  wire::request_serializer<wire::buffer_body> serializer(request.get());
  serializer.split(true);
  to.expires_after(progress_limit);
  request.get().body().more = !request.is_done();
  request.get().body().data = nullptr;
  request.get().body().size = 0;
  const auto [error, bytes] = co_await wire::async_write_header(to, serializer, as_result);
  error_code failure = error;
  if (!failure) failure = co_await pump<true>(client_, in_, request, to, serializer, up_);
  if (failure) {
    error_code ignored;
    to.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);  // the service sees that its request is cut off
  }
  asio::steady_timer until_answered(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await until_answered.async_wait(as_result);
}

asio::awaitable<Relay::End> Relay::send_answer(Upstreams::Stream& from, bool head_only, bool& keep_alive) {
  for (;;) {
    Response response;
    response.header_limit(header_limit);
    response.body_limit(no_limit);
    if (head_only) response.skip(true);
    from.expires_after(progress_limit);
    const auto [unread, some] = co_await wire::async_read_header(from, answer_, response, as_result);
    if (unread) co_return End::untouched;
    if (response.get().result_int() / 100 == 1) continue;

    answered_ = response.get().result_int();
    keep_alive = response.keep_alive();
    drop_hop_fields(response.get());
    response.get().keep_alive(keep_alive_);
    wire::response_serializer<wire::buffer_body> serializer(response.get());
    serializer.split(true);
    response.get().body().more = !response.is_done();
    response.get().body().data = nullptr;
    response.get().body().size = 0;
    client_.expires_after(progress_limit);
    const auto [unsent, bytes] = co_await wire::async_write_header(client_, serializer, as_result);
    if (unsent) co_return End::broken;
    if (head_only) co_return End::answered;
    const error_code failure = co_await pump<false>(from, answer_, response, client_, serializer, down_);
    co_return failure ? End::broken : End::answered;
  }
}

asio::awaitable<void> Relay::refuse(http::Problem problem) {
  const http::Response response = http::respond(problem);
  co_await answer(response);
}

asio::awaitable<void> Relay::answer(const http::Response& response) {
  const auto status = static_cast<unsigned>(response.status);
  wire::response<wire::string_body> message(static_cast<wire::status>(status), 11, response.body);
  message.set(wire::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive_);
  message.prepare_payload();
  client_.expires_after(idle_limit);
  answered_ = status;
  co_await wire::async_write(client_, message, as_result);
}

}  // namespace zhida::gateway
