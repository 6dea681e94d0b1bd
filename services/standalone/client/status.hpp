#pragma once

#include "node/data_directory.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace zhida::standalone {

/// Prints where the running system of `directory` is reached and one example request for each kind of user.
/// Waits for it to be ready, at most `limit`. Throws `CommandFailed`.
boost::asio::awaitable<void> print_status(const node::DataDirectory& directory, std::chrono::seconds limit);

}  // namespace zhida::standalone
