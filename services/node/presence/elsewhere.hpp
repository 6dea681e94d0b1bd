#pragma once

#include "node/presence/registry.hpp"
#include "stores/notice.hpp"
#include "stores/written_to.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace zhida::node {

/// Waits until every process that answers reads has folded what this one wrote: then whoever was told so reads it everywhere.
class Elsewhere {
 public:
  using Clock = stores::Notice::Clock;
  /// One that stands still this long while it is waited for is dismissed: cut off from the log, it would stop all writes.
  static constexpr std::chrono::milliseconds stuck_after{1'500};
  using Observer = std::function<void(std::string_view id, std::string_view announcement)>;

  /// `self`: the id of this process, which is not waited for. `dismissed` is told of each one that stood still. `registry` must outlive it.
  Elsewhere(boost::asio::any_io_executor executor, Registry& registry, std::string self, Observer dismissed = {});

  /// Looks at the announcements while anybody waits, until cancelled. Without it nobody's wait ends well.
  boost::asio::awaitable<void> run();

  /// Waits until all have folded `written`, as far as they fold such topics. False if `deadline` came first.
  boost::asio::awaitable<bool> passed(stores::WrittenTo written, Clock::time_point deadline);

 private:
  Registry& registry_;
  boost::asio::any_io_executor executor_;
  std::string self_;
  Observer dismissed_;
  Registry::Seen seen_;
  std::uint64_t begun_ = 0, seen_by_ = 0;  // looks; that of `seen_`
  int waiting_ = 0;
  stores::Notice wanted_, looked_;
};

}  // namespace zhida::node
