#pragma once

#include "node/presence/announcement.hpp"
#include "platform/redis/client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::node {

/// The processes that answer reads and questions, as they announce themselves in Redis: the hash `zhida:{processes}` (schemas/redis.md).
///
/// An announcement holds for `lease` by the server's clock and then has to have been made again. Errors of all calls: Redis' own.
class Registry {
 public:
  static constexpr std::chrono::milliseconds lease{3'000};

  template <class T>
  using Awaitable = redis::Client::Awaitable<T>;

  struct Entry {
    std::string id;
    std::string text;                          ///< as announced
    std::optional<Announcement> announcement;  ///< nothing: it speaks another version
  };
  struct Seen {
    /// Whether everybody who may answer is in `entries`: false while the server has held announcements for less than a lease, because it
    /// may have lost others.
    bool whole = false;
    std::vector<Entry> entries;
  };

  /// `redis` must outlive the registry.
  explicit Registry(redis::Client& redis) : redis_(redis) {}

  enum class Standing {
    held,
    dismissed  ///< it has to stop answering, `leave`, and come again
  };
  /// Announces the process `id`, or anew.
  Awaitable<Standing> announce(std::string_view id, const Announcement& announcement);
  /// The process answers nobody any more.
  Awaitable<void> leave(std::string_view id);
  /// Everybody whose announcement holds.
  Awaitable<Seen> look();
  /// Lets no announcement of the process follow the one that says `text`; it holds until its lease ends.
  Awaitable<void> dismiss(std::string_view id, std::string_view text);

 private:
  redis::Client& redis_;
};

}  // namespace zhida::node
