#pragma once

#include "platform/log/event_log.hpp"
#include "stores/notice.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace zhida::stores {

/// Waits until one of `positions` has a record to read, but not beyond `deadline`.
///
/// Unlike `||` with a timer it may be given to runtime::wait_for_work: the log's wait runs beside it, and a graceful stop
/// reaches a plain timer only. `log` must outlive the executor's work.
boost::asio::awaitable<void> wait_for_records(log::EventLog& log, std::vector<log::Position> positions, Notice::Clock::time_point deadline);

}  // namespace zhida::stores
