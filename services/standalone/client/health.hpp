#pragma once

#include "standalone/client/api_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace zhida::standalone {

/// Asks a process for `path`, as the health check of its container: within 5 s it must answer 200. Throws `CommandFailed` with what it
/// answered otherwise.
boost::asio::awaitable<void> check_health(Address process, std::string path);

}  // namespace zhida::standalone
