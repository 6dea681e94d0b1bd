#pragma once

#include "platform/log/event_log.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>

namespace zhida::stores {

/// Waits until the deliveries fold has seen all that the log holds of a partition at the time of the call: whoever decides or sends must
/// first know what an earlier life of its own did. Asks for a stop every `look_again`; `operation_aborted` once there is one.
boost::asio::awaitable<boost::system::result<void>> catch_up(log::EventLog& log, DeliveriesReader& deliveries, int partition,
                                                             std::chrono::milliseconds look_again);

}  // namespace zhida::stores
