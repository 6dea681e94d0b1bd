#pragma once

#include "operator/elsewhere.hpp"
#include "operator/intake/line_handler.hpp"
#include "platform/http/exchange.hpp"
#include "platform/log/event_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <vector>

namespace zhida::operators {

/// Reads NDJSON of any length from `exchange` into the log, in bounded memory, and answers NDJSON: a line for each of the first 1,000
/// refused lines, in their order, and last `{"lines","accepted","refused","durable"}`, when everything durable can be read, here and
/// elsewhere.
///
/// A bad line never stops the others. A line that could not be written counts as refused, with a 503 problem; repeating is harmless.
/// While some lines are read from the connection, those before them are worked on by `pool`, which must be joined before the executor's
/// context goes, and those before these are on their way to the disk.
boost::asio::awaitable<void> take_in(http::Exchange& exchange, log::EventLog& log, LineHandler& handler, const Elsewhere& elsewhere,
                                     boost::asio::any_io_executor pool);

/// Appends `records` and waits until they can be read. Throws `http::Refused` with 503 if the log does not take them, or if that takes
/// longer than 5 s: then they are kept.
boost::asio::awaitable<void> write_and_wait(log::EventLog& log, LineHandler& handler, const Elsewhere& elsewhere,
                                            std::vector<log::NewRecord> records);

inline constexpr std::size_t longest_line = 64 * 1024;

}  // namespace zhida::operators
