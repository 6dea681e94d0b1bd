#pragma once

#include "platform/http/client.hpp"
#include "platform/redis/client.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <rapidjson/document.h>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zhida::bench {

/// Runs all of `work` beside each other, on this thread, to their ends; throws what the first of them throws.
void run(std::vector<boost::asio::awaitable<void>> work);
template <class... Works>
void run_all(Works... works) {
  std::vector<boost::asio::awaitable<void>> list;
  (list.push_back(std::move(works)), ...);
  run(std::move(list));
}

/// What an upload came to.
struct Upload {
  double seconds = 0;
  std::size_t bytes = 0;
};

/// `zhida serve` of this build in a directory of its own, with enterprises of the sample.
class LoadedSystem {
 public:
  static constexpr int partitions = 4;  ///< as both ways to run make them

  /// `processes`: of each service, in a cluster.
  explicit LoadedSystem(int processes = 1);

  /// Lines of enterprises 0 … `count` − 1, made before the clock starts.
  static std::string lines(std::uint64_t count);
  /// Uploads them; returns when all are durable and folded.
  Upload load(const std::string& lines, std::uint64_t count);

  /// A campaign with the item to every enterprise, approved; its id.
  std::string everybody() { return approved(R"({"rule":"true"})"); }
  /// The same to an audience, in a lane.
  std::string approved(const std::string& audience, const std::string& lane = "normal");
  void launch(const std::string& campaign);
  /// Launches it and waits until everybody has it.
  void launch_and_wait(const std::string& campaign, std::uint64_t audience);
  void wait_until_delivered(const std::string& campaign, std::uint64_t audience) const;

  static std::string uscc(std::uint64_t index);
  static http::ClientRequest inbox_of(std::uint64_t index, const std::string& key);
  http::Client client(const boost::asio::any_io_executor& executor) const { return {executor, "127.0.0.1", zhida_.port()}; }
  std::string key(const std::string& role) const { return zhida_.key(role); }

  std::string redis_socket() const { return directory_ / "data/redis/redis.sock"; }
  /// Runs `work` with a connection to the program's Redis.
  void with_redis(const std::function<boost::asio::awaitable<void>(redis::Client&)>& work) const;
  double redis_mb() const;

  /// What it runs, by name: the services and what they stand on in a cluster, else the one program.
  std::map<std::string, pid_t> processes() const;

  struct Server {
    std::uint16_t port = 0;
    pid_t pid = 0;
  };
  /// Who answers for a service: its own process in a cluster, not the gateway; else the one program.
  Server server_of(const std::string& service) const;

  test::Standalone& zhida() { return zhida_; }
  const test::Standalone& zhida() const { return zhida_; }

 private:
  std::optional<rapidjson::Document> cluster() const;

  test::TemporaryDirectory directory_;
  test::Standalone zhida_;
};

}  // namespace zhida::bench
