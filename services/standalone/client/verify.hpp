#pragma once

#include "standalone/client/api_client.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::standalone {

/// Has the running system fold its log anew by separate code, compares, and prints the outcome.
/// Throws `CommandFailed` if anything differs.
boost::asio::awaitable<void> verify_running(const TargetSystem& system);

}  // namespace zhida::standalone
