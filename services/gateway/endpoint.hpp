#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::gateway {

/// Where processes of a service listen: a name may stand for several of them.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  std::string text() const { return host + ":" + std::to_string(port); }
};

/// Reads `host:port`, several with commas. Throws `std::invalid_argument` with a sentence naming what is wrong.
std::vector<Endpoint> parse_endpoints(std::string_view text);

/// Where one process listens.
using Address = boost::asio::ip::tcp::endpoint;
/// The addresses that an endpoint stands for, each of them once; an error if that cannot be said now.
using Resolved = boost::system::result<std::vector<Address>>;
using Resolve = std::function<boost::asio::awaitable<Resolved>(const Endpoint&)>;

/// Asks the system (`/etc/hosts`, DNS). A literal address stands for itself and nobody is asked.
Resolve system_resolver(boost::asio::any_io_executor executor);

}  // namespace zhida::gateway
