#include "node/advertised_address.hpp"

#include "platform/redis/servers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <stdexcept>

namespace zhida::node {

namespace asio = boost::asio;

std::string advertised_address(const ClusterSettings& settings) {
  if (!settings.advertise.empty()) return settings.advertise;
  boost::system::error_code unknown, unreachable;
  if (!asio::ip::make_address(settings.address, unknown).is_unspecified() || unknown) return settings.address;
  const redis::Address redis = redis::Servers::parse(settings.redis).value().addresses.front();
  asio::io_context context;
  const auto found = asio::ip::udp::resolver(context).resolve(redis.host, std::to_string(redis.port), unknown);
  const auto nowhere = [](const boost::system::error_code& reason) {
    return std::runtime_error("at which address other processes find this one cannot be told from the way to Redis (" + reason.message() +
                              "): name it in ZHIDA_ADVERTISE");
  };
  if (redis.host.empty()) return "127.0.0.1";  // a Redis of this machine
  if (unknown || found.empty()) throw nowhere(unknown);
  asio::ip::udp::socket socket(context, found.begin()->endpoint().protocol());
  socket.connect(*found.begin(), unreachable);  // sends nothing
  if (unreachable) throw nowhere(unreachable);
  return socket.local_endpoint().address().to_string();
}

}  // namespace zhida::node
