#pragma once

#include "node/data_directory.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::standalone {

/// Has the running system fold its log anew by separate code, compares, and prints the outcome.
/// Throws `CommandFailed` if anything differs.
boost::asio::awaitable<void> verify_running(const node::DataDirectory& directory);

}  // namespace zhida::standalone
