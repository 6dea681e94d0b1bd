#pragma once

#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::http {

class Session;

/// What can go wrong while a body is read. Codes of `http_category()`.
enum class Error {
  connection_lost = 1,  ///< the peer went away in the middle of a message
  malformed_message,    ///< not HTTP, or a broken chunk
  malformed_encoding,   ///< the gzip or deflate data is damaged or cut off
  timed_out,            ///< no progress within the limit
  too_large,            ///< header or body beyond its limit
  slow_reader,          ///< the peer does not take what is sent to it
};

const boost::system::error_category& http_category();
inline boost::system::error_code make_error_code(Error error) { return {static_cast<int>(error), http_category()}; }

/// A request on a streaming route and its answer. Only the handler's coroutine may use it.
///
/// Reading and writing are independent: `push` never waits, so a handler can go on reading while the client does not yet read.
class Exchange {
 public:
  explicit Exchange(Session& session) : session_(session) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Request& request();

  /// The next piece of the body, inflated if it came with gzip or deflate, at most 64 KiB, of a body of any length;
  /// empty at the end. Valid until the next call. Memory is bounded whatever is sent.
  boost::asio::awaitable<boost::system::result<std::string_view>> read_some();

  /// Sends the head with chunked transfer; `head.body` is ignored. Later heads are ignored too.
  void start(const Response& head);
  bool started() const;
  /// Queues a piece of the body and returns at once. Call `start` before; the caller bounds how much it pushes unread.
  void push(std::string_view bytes);
  /// Queues a piece and waits while more than 256 KiB are unsent: for answers of any length.
  /// Throws `system_error` if the client is gone or stopped reading for longer than the transfer limit.
  boost::asio::awaitable<void> write(std::string_view bytes);
  /// Bytes pushed and not yet taken by the connection.
  std::size_t unsent() const;
  /// Answers with a whole response instead of a stream.
  void respond(Response response);
  /// True once the connection is lost or the server drains: an endless answer should end.
  bool should_stop() const;

 private:
  friend class EventStream;
  Session& session() { return session_; }
  Session& session_;
};

/// Splits a stream of bytes into lines. Memory: one line of at most `max_line` bytes.
class LineSplitter {
 public:
  struct Line {
    std::uint64_t number = 0;  ///< from 1, empty lines counted
    std::string_view text;     ///< without LF or CRLF; the first bytes only of a line too long; valid until the next call
    bool too_long = false;
  };

  explicit LineSplitter(std::size_t max_line) : max_line_(max_line) {}

  /// `bytes` must stay until `next` has given its last line.
  void feed(std::string_view bytes) { rest_ = bytes; }
  /// The next line that is complete. False: feed more, or call `finish`.
  bool next(Line& line);
  /// After the last piece: the line that has no LF at its end, if any.
  bool finish(Line& line);

 private:
  std::size_t max_line_;
  std::string_view rest_;
  std::string kept_;  // the beginning of a line whose end was not fed yet
  bool kept_in_use_ = false, overlong_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace zhida::http

template <>
struct boost::system::is_error_code_enum<zhida::http::Error> : std::true_type {};
