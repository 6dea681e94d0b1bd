#pragma once

#include "platform/http/exchange.hpp"
#include "platform/http/inflater.hpp"
#include "platform/http/parser.hpp"
#include "platform/http/server_state.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::http {

/// One connection: reads requests, answers them, one after the other. Owned by its coroutine and by a write under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Clock = std::chrono::steady_clock;

  Session(boost::asio::ip::tcp::socket socket, std::shared_ptr<ServerState> server);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Serves until the connection or the server ends.
  boost::asio::awaitable<void> run();
  /// Says 503 and hangs up: for connections beyond the limit.
  boost::asio::awaitable<void> run_refusal();

  void on_drain();
  void enforce_limits(Clock::time_point now);

  // The insides of Exchange and EventStream.
  Request& request() { return request_; }
  boost::asio::awaitable<boost::system::result<std::string_view>> read_some();
  void start(const Response& head);
  bool head_begun() const { return head_begun_; }
  void push(std::string_view bytes);
  boost::asio::awaitable<void> write(std::string_view bytes);
  std::size_t unsent() const { return pending_.size() + in_flight_.size() - written_; }
  void respond_whole(Response response) { whole_ = std::move(response); }
  bool should_stop() const { return lost_ || server_->draining; }
  void abort();  ///< drops the client
  boost::asio::awaitable<void> sleep_until(Clock::time_point when);

 private:
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> read_header();
  boost::asio::awaitable<boost::system::error_code> fill(Clock::time_point deadline, std::size_t room);
  boost::asio::awaitable<boost::system::result<std::string_view>> read_raw(Clock::time_point deadline);
  boost::asio::awaitable<std::optional<Problem>> read_body();
  boost::asio::awaitable<Response> handle();
  boost::asio::awaitable<bool> stream();
  boost::asio::awaitable<bool> answer(Response response);
  boost::asio::awaitable<void> discard_small_body();
  boost::asio::awaitable<bool> send_all(std::string_view bytes, std::string_view more);
  boost::asio::awaitable<void> flush();
  boost::asio::awaitable<void> linger();
  static boost::asio::awaitable<bool> cut_off();  // told to stop at once, not to finish first

  std::optional<Problem> admit();
  std::optional<Problem> check_framing();
  std::optional<Problem> find_route();
  Problem bad_body(boost::system::error_code error, std::size_t limit) const;
  Response failed(std::string_view reason);
  bool expects_continue() const;
  enum class Framing { length, chunked, until_close };
  void append_head(std::string& out, const Response& response, Framing framing, bool keep_alive) const;
  void begin_request();
  void pump();
  void pump_on(boost::system::error_code error, std::size_t bytes);
  void lose();

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<ServerState> server_;
  std::list<Session*>::iterator place_;
  std::string peer_;
  bool loopback_ = false;

  MessageParser parser_;
  std::vector<char> in_;
  std::size_t in_begin_ = 0, in_end_ = 0;
  Request request_;
  std::optional<Problem> header_problem_;
  std::unique_ptr<Inflater> inflater_;
  std::string_view packed_;  // read, not yet inflated
  bool continue_sent_ = false;
  Clock::time_point begun_, admitted_;

  bool waiting_ = false;  // for a first byte: a drain may end the session
  bool timed_out_ = false;
  bool lost_ = false;
  Clock::time_point read_deadline_ = Clock::time_point::max();
  Clock::time_point write_deadline_ = Clock::time_point::max();

  std::string out_;  // head, and body if small, of a whole answer
  bool head_begun_ = false, chunked_ = false, finishing_ = false, keep_ = false;
  Status streamed_status_ = Status::ok;
  std::optional<Response> whole_;
  std::string pending_, in_flight_, stream_head_;
  std::size_t written_ = 0;
  bool writing_ = false;
  boost::asio::steady_timer progress_;  // cancelled = the write got on
  boost::asio::steady_timer sleep_;
};

}  // namespace zhida::http
