#pragma once

#include "stores/written_to.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>

namespace zhida::operators {

/// Waits until every other process that answers reads shows what was written. False if `deadline` came first. Empty: there is none.
using Elsewhere = std::function<boost::asio::awaitable<bool>(stores::WrittenTo written, std::chrono::steady_clock::time_point deadline)>;

}  // namespace zhida::operators
