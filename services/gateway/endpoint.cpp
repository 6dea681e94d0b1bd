#include "gateway/endpoint.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace zhida::gateway {
namespace {

namespace asio = boost::asio;

asio::awaitable<Resolved> resolve(asio::any_io_executor executor, Endpoint endpoint) {
  boost::system::error_code is_name;
  const auto literal = asio::ip::make_address(endpoint.host, is_name);
  std::vector<Address> addresses;
  if (!is_name) {
    addresses.emplace_back(literal, endpoint.port);
    co_return addresses;
  }
  asio::ip::tcp::resolver resolver(executor);
  const auto [error, found] =
      co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port), asio::as_tuple(asio::use_awaitable));
  if (error) co_return error;
  for (const auto& each : found)
    if (std::ranges::find(addresses, each.endpoint()) == addresses.end()) addresses.push_back(each.endpoint());
  co_return addresses;
}

}  // namespace

std::vector<Endpoint> parse_endpoints(std::string_view text) {
  std::vector<Endpoint> endpoints;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const std::size_t colon = one.rfind(':');
    Endpoint endpoint;
    const std::string_view port = colon == std::string_view::npos ? "" : one.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (colon == 0 || port.empty() || error != std::errc() || end != port.data() + port.size() || endpoint.port == 0)
      throw std::invalid_argument("\"" + std::string(one) + "\" is not host:port");
    endpoint.host = one.substr(0, colon);
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

Resolve system_resolver(asio::any_io_executor executor) {
  return [executor](const Endpoint& endpoint) { return resolve(executor, endpoint); };
}

}  // namespace zhida::gateway
