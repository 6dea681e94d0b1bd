#pragma once

#include "platform/redis/client.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/fold/fold_reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace zhida::effect_service {

/// What some commands read of one partition at one moment.
struct Snapshot {
  stores::Generation generation;  ///< `at`: the positions of exactly this state
  std::string log;                ///< id of the log that was folded
  std::vector<redis::Reply> replies;
};

/// Reads several keys of the deliveries fold at one moment, with the position they are folded to, in one round trip.
///
/// Redis serves nobody else meanwhile: keep it short.
class SnapshotReader {
 public:
  using Build = stores::FoldReader::Build;

  /// Give it a connection of its own, apart from the runners'. Everything referred to must outlive the reader.
  SnapshotReader(redis::Client& redis, const stores::DeliveriesFold& fold, int partitions, stores::Progress& progress)
      : reader_(redis, fold, progress), fold_(fold), partitions_(partitions) {}

  /// Error: `unavailable` while the state is being folded or Redis is gone. `build` must live until the end.
  boost::asio::awaitable<boost::system::result<Snapshot>> read(int partition, const Build& build);

  int partitions() const { return partitions_; }
  const std::vector<std::string>& topics() const { return fold_.topics(); }

 private:
  stores::FoldReader reader_;
  const stores::DeliveriesFold& fold_;
  int partitions_;
};

}  // namespace zhida::effect_service
