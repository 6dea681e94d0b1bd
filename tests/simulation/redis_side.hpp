#pragma once

#include "platform/redis/client.hpp"
#include "simulation/redis_model.hpp"
#include "simulation/world.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace zhida::simulation {

class RedisPort;

/// The Redis server, which may die, come back empty or older than it was, and lose connections.
class RedisServer {
 public:
  explicit RedisServer(World& world);

  RedisModel model;

  void remember() { kept_ = model.keys(); }  ///< what reached its disk
  /// Kills it; it comes back after `away` with what it had on its disk, or with nothing.
  void kill(Nanoseconds away, bool loses_all);
  void flush() { model.execute({"FLUSHALL"}); }
  bool up() const { return up_; }

 private:
  friend class RedisPort;

  World& world_;
  bool up_ = true;
  RedisModel::Keys kept_;
  std::vector<RedisPort*> ports_;  // in the order in which they were opened
};

/// A process' connection to it.
class RedisPort final : public redis::Client {
 public:
  RedisPort(World& world, RedisServer& server, Host& host);
  ~RedisPort() override;

  /// The process dies: nothing is sent any more. What is on its way arrives, or is lost.
  void cut();
  /// The connection breaks for a while.
  void break_for(Nanoseconds away);

  boost::asio::awaitable<void> run() override;
  bool connected() const override { return line_->up; }
  std::uint64_t connections() const override { return connections_; }
  boost::asio::awaitable<void> wait_until_connected() override;
  Awaitable<std::vector<redis::Reply>> pipeline(redis::Commands commands) override;

  /// A seam for planted bugs: changes what the process is told.
  std::function<void(const redis::Commands&, std::vector<redis::Reply>&)> alters;

 private:
  friend class RedisServer;
  /// Shared with what is on its way.
  struct Line {
    bool up = true;
    bool dead = false;
    bool loses = false;
    std::uint64_t times_broken = 0;
  };

  static std::vector<redis::Reply> execute(RedisModel& model, const redis::Commands& commands, std::size_t count);

  World& world_;
  RedisServer& server_;
  Host& host_;
  std::shared_ptr<Line> line_ = std::make_shared<Line>();
  std::uint64_t connections_ = 1;
  Nanoseconds last_ = 0;  // commands run in the order in which they were sent
};

}  // namespace zhida::simulation
