#pragma once

#include "platform/log/record.hpp"
#include "stores/notice.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// How far a fold has come, per topic and partition: what lets a route answer only after the state behind the reads shows its write.
///
/// Offsets are the log's; a position is the next offset to fold, so an offset is passed when it is below the position.
/// Positions only grow here, also when the stored state was lost and is folded again: a position once announced is what readers may
/// have been shown, so a state behind it must not be served (see `reached`).
class Progress {
 public:
  explicit Progress(boost::asio::any_io_executor executor) : moved_(std::move(executor)) {}

  /// Announces that everything below `next` is folded and readable.
  void advance(std::string_view topic, int partition, log::Offset next);

  /// The next offset to fold, 0 before anything was announced.
  log::Offset position(std::string_view topic, int partition) const;

  /// Waits until the record at `offset` is folded. False if that takes longer than `limit`.
  boost::asio::awaitable<bool> wait_until(std::string_view topic, int partition, log::Offset offset, std::chrono::milliseconds limit);

  /// Waits until anything advances. False if `deadline` came first.
  boost::asio::awaitable<bool> moved(Notice::Clock::time_point deadline) { return moved_.wait(deadline); }

 private:
  std::map<std::string, std::vector<log::Offset>, std::less<>> positions_;  // topic → by partition
  Notice moved_;
};

}  // namespace zhida::stores
