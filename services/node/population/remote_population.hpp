#pragma once

#include "node/population/population.hpp"
#include "node/presence/registry.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace zhida::node {

/// Asks the matchers, each for partitions that it owns, all at once, and adds up what they answer.
class RemotePopulation final : public Population {
 public:
  static constexpr std::chrono::milliseconds patience{20'000};  ///< without progress

  /// `folded` says how far this process has folded each topic: no matcher's answer may be older. `key` is that of their QueryPort.
  /// `registry` must outlive it.
  RemotePopulation(Registry& registry, int partitions, std::string key, std::function<Announcement::Positions()> folded)
      : registry_(registry), partitions_(partitions), key_(std::move(key)), folded_(std::move(folded)) {}

  boost::asio::awaitable<std::optional<contracts::Tally>> ask(contracts::Question question) override;

 private:
  struct Part {
    std::string address;
    std::vector<int> partitions;
  };

  boost::asio::awaitable<std::vector<Part>> divide();

  Registry& registry_;
  int partitions_;
  std::string key_;
  std::function<Announcement::Positions()> folded_;
};

}  // namespace zhida::node
