#include "platform/redis/connect.hpp"

#include "platform/redis/cluster_client.hpp"
#include "platform/redis/server_client.hpp"

#include <utility>

namespace zhida::redis {

std::unique_ptr<Client> connect(boost::asio::any_io_executor executor, Servers servers, Client::Observer observer) {
  if (servers.cluster) return std::make_unique<ClusterClient>(std::move(executor), std::move(servers.addresses), std::move(observer));
  return std::make_unique<ServerClient>(std::move(executor), std::move(servers.addresses.at(0)), std::move(observer));
}

}  // namespace zhida::redis
