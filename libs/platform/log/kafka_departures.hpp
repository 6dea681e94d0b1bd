#pragma once

#include "platform/log/kafka_handle.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <thread>

namespace zhida::log::kafka {

/// What a rebalance event of a client in a group asks for is done: partitions it gives are taken, paused so that nothing is fetched, and
/// those it takes are given back. False: librdkafka refused, and the client owns nothing now.
bool obey(rd_kafka_t& client, rd_kafka_event_t& rebalance);

/// Takes clients out of their consumer groups. That means to wait for brokers, which the executor must not: each leaves on a thread of its
/// own, at once if the brokers answer. Single-threaded.
class Departures {
 public:
  Departures() = default;
  /// Blocks until all have left.
  ~Departures();
  Departures(const Departures&) = delete;
  Departures& operator=(const Departures&) = delete;

  /// Leaves and destroys `client`, which nobody else uses any more; `assigned`: it has handled a rebalance.
  /// Gives up after `limit`: the brokers then notice by its silence.
  void leave(Client client, bool assigned);

  static constexpr std::chrono::milliseconds limit{2'000};

 private:
  struct Departure {
    std::atomic<bool> ended = false;
    std::thread thread;
  };

  std::list<Departure> departures_;
};

}  // namespace zhida::log::kafka
