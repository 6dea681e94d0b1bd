#pragma once

#include "dispatcher/block_reading.hpp"
#include "dispatcher/block_window.hpp"
#include "dispatcher/open_queues.hpp"
#include "dispatcher/recheck.hpp"
#include "dispatcher/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace zhida::dispatcher {

/// Sends the open intents of one partition.
class PartitionDispatcher {
 public:
  PartitionDispatcher(Service& service, int partition);

  boost::asio::awaitable<void> run();

 private:
  template <class T>
  using Result = boost::asio::awaitable<boost::system::result<T>>;

  Result<void> open();
  Result<void> turn();
  Result<void> refresh();
  Result<void> send(Queue& queue, Block block);
  Result<log::RecordPtr> fetch(campaign::Lane lane, Block block);
  Result<BlockPtr> read(const Queue& queue, Block block);
  Result<std::vector<contracts::Receipt>> look_again(const Recheck::Block& about, const contracts::IntentsDecided& intents);
  Result<log::Offset> append(campaign::Lane lane, const contracts::ReceiptsRecorded& receipts, std::string traceparent);
  boost::asio::awaitable<bool> knows_profiles_of(const contracts::IntentsHeader& header);
  boost::asio::awaitable<void> measure_age();

  Recheck::Block describe(const campaign::Campaign& campaign, Block block, const contracts::IntentsHeader& header) const;
  BlockWindow& window(campaign::Lane lane) { return lane == campaign::Lane::urgent ? urgent_ : others_; }
  Action action_now(const Queue& queue) const;
  void count(const contracts::ReceiptsRecorded& receipts);

  Service& service_;
  Dependencies& with_;
  int partition_;
  bool opened_ = false;
  OpenQueues queues_;
  BlockWindow urgent_, others_;
  Recheck recheck_;
  stores::Notice::Clock::time_point refreshed_{};
  std::map<Block, std::int64_t> decided_ms_;  // of the oldest blocks
  std::shared_ptr<PartitionQueue> shown_;
};

}  // namespace zhida::dispatcher
