#include "platform/http/client.hpp"

#include "platform/http/exchange.hpp"
#include "platform/http/parser.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <charconv>

namespace zhida::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using boost::system::system_error;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t header_limit = 64 * 1024;

}  // namespace

/// The socket and the state of one request.
class Client::Connection {
 public:
  Connection(asio::any_io_executor executor, std::string host, std::uint16_t port, std::chrono::milliseconds patience)
      : executor_(executor), host_(std::move(host)), port_(port), patience_(patience), socket_(executor), deadline_(executor) {}

  asio::awaitable<ClientResponse> exchange(ClientRequest request, Producer producer, Sink sink) {
    const bool fresh = !socket_.is_open();
    if (fresh) co_await connect();
    const std::string head = head_of(request, producer != nullptr);
    error_code error;
    ClientResponse response;
    received_ = false;
    co_await attempt(head, request, producer, sink, response, error);
    // An idle connection may have been closed by the server; then nothing was processed.
    if (error && !fresh && !received_ && !producer && error != make_error_code(Error::timed_out)) {
      close();
      co_await connect();
      response = ClientResponse();
      error = {};
      co_await attempt(head, request, producer, sink, response, error);
    }
    if (error) {
      close();
      throw system_error(error);
    }
    if (!keep_alive_) close();
    co_return response;
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
    in_.clear();
  }

 private:
  asio::awaitable<void> connect() {
    error_code is_name;
    const auto literal = asio::ip::make_address(host_, is_name);
    tcp::resolver::results_type endpoints;
    if (is_name) {
      tcp::resolver resolver(executor_);
      endpoints = co_await resolver.async_resolve(host_, std::to_string(port_), asio::use_awaitable);
    } else {  // it must not wait behind names that nobody can resolve just now
      endpoints = tcp::resolver::results_type::create(tcp::endpoint(literal, port_), host_, "");
    }
    error_code error;
    const auto guard = arm(error);
    const auto [failure, endpoint] = co_await asio::async_connect(socket_, endpoints, as_result);
    deadline_.cancel();
    if (failure) throw system_error(error ? error : failure);
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  std::string head_of(const ClientRequest& request, bool chunked) const {
    std::string head(name_of(request.verb));
    head.append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ").append(host_).append("\r\n");
    for (const auto& [name, value] : request.headers) head.append(name).append(": ").append(value).append("\r\n");
    if (chunked)
      head.append("Transfer-Encoding: chunked\r\n");
    else if (!request.body.empty() || request.verb == Verb::post || request.verb == Verb::put || request.verb == Verb::patch)
      head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    head.append("\r\n");
    return head;
  }

  asio::awaitable<void> attempt(const std::string& head, const ClientRequest& request, const Producer& producer, const Sink& sink,
                                ClientResponse& response, error_code& error) {
    using namespace asio::experimental::awaitable_operators;
    const auto alive = arm(error);
    answered_ = false;
    co_await (send(head, request, producer, error) && receive(request.verb, sink, response, error));
    deadline_.cancel();
  }

  asio::awaitable<void> send(const std::string& head, const ClientRequest& request, const Producer& producer, error_code& error) {
    error_code failure = co_await write(head, request.body);
    while (producer && !failure && !answered_) {
      const std::string piece = co_await producer();
      char digits[20];
      char* end = std::to_chars(digits, digits + 16, piece.size(), 16).ptr;
      *end++ = '\r';
      *end++ = '\n';
      std::string frame(digits, end);
      frame.append(piece).append("\r\n");
      failure = co_await write(frame, {});
      if (piece.empty()) break;
    }
    // A server that refuses early may close while we still send: then its answer counts, not our failure to send.
    if (failure && !received_) error = error ? error : failure;
  }

  asio::awaitable<error_code> write(std::string_view first, std::string_view second) {
    const std::array<asio::const_buffer, 2> both{asio::buffer(first), asio::buffer(second)};
    const auto [failure, bytes] = co_await asio::async_write(socket_, both, as_result);
    progressed();
    co_return failure;
  }

  asio::awaitable<void> receive(Verb verb, const Sink& sink, ClientResponse& response, error_code& error) {
    MessageParser parser(MessageParser::Kind::response, header_limit);
    do {  // past answers like 100 Continue
      response.headers.clear();
      parser.begin(response.headers);
      if (verb == Verb::head) parser.expect_no_body();
      for (;;) {
        std::string_view bytes = in_;
        error_code failure;
        const bool complete = parser.parse_header(bytes, failure);
        in_.erase(0, in_.size() - bytes.size());
        if (!failure && !complete) failure = co_await fill();
        if (failure) co_return fail(failure, error);
        if (complete) break;
      }
    } while (parser.status() / 100 == 1);
    response.status = static_cast<Status>(parser.status());
    answered_ = response.status != Status::ok;
    while (!parser.done()) {
      std::string_view bytes = in_;
      error_code failure;
      const std::string_view piece = parser.parse_body(bytes, failure);
      if (sink && parser.status() / 100 == 2)
        sink(piece);
      else
        response.body += piece;
      const bool hungry = piece.empty() && !parser.done();
      in_.erase(0, in_.size() - bytes.size());
      if (!failure && hungry) {
        failure = co_await fill();
        if (failure == asio::error::eof) {
          failure = {};
          parser.end_of_input(failure);
        }
      }
      if (failure) co_return fail(failure, error);
    }
    keep_alive_ = parser.keep_alive();
    answered_ = true;
  }

  void fail(error_code failure, error_code& error) {
    if (!error) error = failure;
    error_code ignored;
    socket_.close(ignored);  // ends a send under way
  }

  asio::awaitable<error_code> fill() {
    const std::size_t before = in_.size();
    in_.resize(before + 64 * 1024);
    const auto [failure, bytes] = co_await socket_.async_read_some(asio::buffer(in_.data() + before, in_.size() - before), as_result);
    in_.resize(before + bytes);
    received_ = received_ || bytes > 0;
    progressed();
    co_return failure;
  }

  /// Starts the clock. The answer keeps the watch from outliving `error`.
  std::shared_ptr<bool> arm(error_code& error) {
    progressed();
    auto alive = std::make_shared<bool>(true);
    watch(std::weak_ptr(alive), &error);
    return alive;
  }

  void watch(std::weak_ptr<bool> alive, error_code* error) {
    deadline_.expires_at(last_progress_ + patience_);
    deadline_.async_wait([this, alive, error](error_code cancelled) {
      if (cancelled || alive.expired()) return;
      if (std::chrono::steady_clock::now() < last_progress_ + patience_) return watch(alive, error);
      *error = Error::timed_out;
      error_code ignored;
      socket_.close(ignored);
    });
  }

  void progressed() { last_progress_ = std::chrono::steady_clock::now(); }

  asio::any_io_executor executor_;
  std::string host_;
  std::uint16_t port_;
  std::chrono::milliseconds patience_;
  tcp::socket socket_;
  asio::steady_timer deadline_;
  std::chrono::steady_clock::time_point last_progress_;
  std::string in_;
  bool keep_alive_ = true, received_ = false, answered_ = false;
};

Client::Client(asio::any_io_executor executor, std::string host, std::uint16_t port, std::chrono::milliseconds patience)
    : connection_(std::make_unique<Connection>(std::move(executor), std::move(host), port, patience)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

asio::awaitable<ClientResponse> Client::send(ClientRequest request) { return connection_->exchange(std::move(request), nullptr, nullptr); }
asio::awaitable<ClientResponse> Client::upload(ClientRequest request, Producer producer, Sink sink) {
  return connection_->exchange(std::move(request), std::move(producer), std::move(sink));
}
asio::awaitable<ClientResponse> Client::download(ClientRequest request, Sink sink) {
  return connection_->exchange(std::move(request), nullptr, std::move(sink));
}
void Client::close() { connection_->close(); }

}  // namespace zhida::http
