#pragma once

#include "platform/redis/client.hpp"
#include "stores/error.hpp"
#include "stores/fold/fold.hpp"
#include "stores/fold/generation.hpp"
#include "stores/progress.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// Replies that belong to one live generation.
struct LiveReplies {
  Generation generation;  ///< `at`: the positions the replies are at, or behind which they may be by what was folded meanwhile
  std::vector<redis::Reply> replies;
};

/// Reads the live state of a fold, and never a wrong number.
///
/// Commands go out in one pipeline that ends with a look at the fold's meta hash, and count only if that still names the generation whose
/// keys they read, and if it stands no earlier than anything announced by `progress` before: so a state that was flushed,
/// lost, replaced or set back is never taken for the real one. What cannot be read so is `unavailable`: 503 and Retry-After.
class FoldReader {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<boost::system::result<T>>;
  /// Adds commands on keys that begin with `prefix`; called again when the generation has changed.
  using Build = std::function<void(const Generation& generation, const std::string& prefix, redis::Commands& commands)>;

  FoldReader(redis::Client& redis, const Fold& fold, Progress& progress) : redis_(redis), fold_(fold), progress_(progress) {}

  /// Errors: `unavailable`. `build` must live until the end.
  Awaitable<LiveReplies> read(int partition, const Build& build);

  /// The same of partitions 0 … `partitions` − 1, all at once: no round trip waits for another. One that cannot be read fails all.
  Awaitable<std::vector<LiveReplies>> read_all(int partitions, const Build& build);

  /// Waits until the record at `offset` of `topic` is folded: told by the runner of this process, or by looking at the stored position.
  /// False if that takes longer than `limit`.
  boost::asio::awaitable<bool> wait_until(std::string_view topic, int partition, log::Offset offset, std::chrono::milliseconds limit);

 private:
  Awaitable<void> find_live(int partition);
  boost::asio::awaitable<void> read_from(int partition, const Build& build, std::vector<std::optional<LiveReplies>>& into);
  PositionVector announced(int partition) const;

  redis::Client& redis_;
  const Fold& fold_;
  Progress& progress_;
  std::map<int, Generation> live_;  // by partition; as last seen
};

}  // namespace zhida::stores
