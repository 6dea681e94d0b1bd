#pragma once

#include "node/foundation.hpp"
#include "stores/fold/fold_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace zhida::node {

/// The folds of deliveries in the partitions that this process owns.
class OwnedFolds {
 public:
  /// Both must outlive it. `writes`: a connection for the runners.
  OwnedFolds(Foundation& on, redis::Client& writes) : on_(on), writes_(writes) {}

  /// Folds a partition until cancelled; a graceful stop ends it after the batch in hand.
  boost::asio::awaitable<void> run(int partition);

  /// Whether every one shows what the log holds.
  bool live() const;

 private:
  using Runners = std::vector<const stores::FoldRunner*>;
  class Running;

  Foundation& on_;
  redis::Client& writes_;
  Runners runners_;
};

}  // namespace zhida::node
