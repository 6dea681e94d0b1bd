#pragma once

#include "platform/http/exchange.hpp"
#include "platform/http/problem.hpp"
#include "platform/log/event_log.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::operators {

/// Highest offset written, by topic and partition: what a caller waits for before it says that its write can be read.
using WrittenTo = std::map<std::pair<std::string, std::int32_t>, log::Offset>;

/// What is done with the lines of a bulk upload.
class LineHandler {
 public:
  virtual ~LineHandler() = default;

  /// Turns a line into records, appended to `records` (none = it changes nothing), or says what is wrong with it.
  virtual std::optional<http::Problem> take(std::string_view line, std::vector<log::NewRecord>& records) = 0;

  /// The records that `take` made since the last call are durable, or `failed` and dropped.
  virtual void written(bool failed) = 0;

  /// Waits until what is written can be read. False if that takes longer than `limit`.
  virtual boost::asio::awaitable<bool> readable(const WrittenTo& written, std::chrono::milliseconds limit) = 0;
};

/// Reads NDJSON of any length from `exchange` into the log, in bounded memory, and answers NDJSON: a line for each of the first 1,000
/// refused lines, as they occur, and last `{"lines","accepted","refused","durable"}`, when everything durable can be read.
///
/// A bad line never stops the others. A line that could not be written counts as refused, with a 503 problem; repeating is harmless.
boost::asio::awaitable<void> take_in(http::Exchange& exchange, log::EventLog& log, LineHandler& handler);

/// Appends `records` and waits until they can be read. Throws `http::Refused` with 503 if the log does not take them, or if that takes
/// longer than 5 s: then they are kept.
boost::asio::awaitable<void> write_and_wait(log::EventLog& log, LineHandler& handler, std::vector<log::NewRecord> records);

inline constexpr std::size_t longest_line = 64 * 1024;

}  // namespace zhida::operators
