#include "platform/process/redis_server.hpp"

#include <fmt/core.h>

#include <sys/un.h>

#include <string>
#include <utility>

namespace zhida::process {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

Child::Settings settings_of(const fs::path& directory, const RedisServer::Options& options) {
  Child::Settings settings;
  settings.name = "redis";
  settings.program = options.program;
  settings.directory = directory;
  settings.first_delay = options.first_delay;
  settings.longest_delay = options.longest_delay;
  settings.grace = options.grace;
  // clang-format off
  settings.arguments = {
      "--port", "0",
      "--unixsocket", "redis.sock",
      "--unixsocketperm", "700",
      "--dir", ".",
      "--daemonize", "no",
      "--logfile", "redis.log",
      "--loglevel", "notice",
      "--appendonly", "yes",
      "--appendfsync", "everysec",
      "--save", "",
      "--maxmemory-policy", "noeviction",
      "--hash-max-listpack-entries", "512",
      "--hash-max-listpack-value", "1024",
  };
  // clang-format on
  return settings;
}

}  // namespace

RedisServer::RedisServer(asio::any_io_executor executor, fs::path directory, Observer observer)
    : RedisServer(std::move(executor), std::move(directory), std::move(observer), Options()) {}

RedisServer::RedisServer(asio::any_io_executor executor, fs::path directory, Observer observer, Options options)
    : directory_(fs::absolute(directory)), child_(std::move(executor), settings_of(directory_, options), std::move(observer)) {}

redis::Address RedisServer::address() const {
  redis::Address address;
  address.socket = (directory_ / "redis.sock").string();
  if (address.socket.size() >= sizeof(sockaddr_un::sun_path))
    address.socket = fmt::format("/proc/self/fd/{}/redis.sock", child_.directory());
  return address;
}

}  // namespace zhida::process
