#pragma once

#include "platform/observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::node {

/// Shows what the process takes of its machine: memory, processor time, open files, and since when it runs.
void show_process(observe::Metrics& metrics);

/// Measures how late the executor comes to what is due, ten times a second, until cancelled: what every request waits as well.
boost::asio::awaitable<void> measure_lag(observe::Metrics& metrics);

}  // namespace zhida::node
