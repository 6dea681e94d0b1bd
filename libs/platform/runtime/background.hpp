#pragma once

#include <boost/asio/awaitable.hpp>

namespace zhida::runtime {

/// Waits for a turn in the background, to be awaited between the slices of long work. Of all who wait one goes on at a time, in their
/// order, and before the next one whatever else is ready runs: so a request waits for one slice, however many works are under way.
///
/// For coroutines of a context with one thread.
boost::asio::awaitable<void> background_turn();

}  // namespace zhida::runtime
