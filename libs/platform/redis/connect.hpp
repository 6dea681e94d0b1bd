#pragma once

#include "platform/redis/client.hpp"
#include "platform/redis/servers.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace zhida::redis {

/// The client for what the setting names. Spawn its `run()`.
std::unique_ptr<Client> connect(boost::asio::any_io_executor executor, Servers servers, Client::Observer observer = {});

}  // namespace zhida::redis
