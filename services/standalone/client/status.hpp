#pragma once

#include "standalone/client/api_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace zhida::standalone {

/// Prints where the running system is reached and one example request for each kind of user.
/// Waits for it to be ready, at most `limit`. Throws `CommandFailed`.
boost::asio::awaitable<void> print_status(const TargetSystem& system, std::chrono::seconds limit);

}  // namespace zhida::standalone
