#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>

namespace zhida::node {

/// Shows the numbers from 0 up to `blocks` for which `wanted` holds to `look`, leaving the executor to others every few milliseconds.
/// Returns the time spent looking.
boost::asio::awaitable<std::chrono::microseconds> walk_blocks(std::size_t blocks, std::function<bool(std::size_t block)> wanted,
                                                              std::function<void(std::size_t block)> look);

}  // namespace zhida::node
