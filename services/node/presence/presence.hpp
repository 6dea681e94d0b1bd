#pragma once

#include "node/presence/registry.hpp"
#include "platform/log/event_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace zhida::node {

/// This process among those that answer reads.
///
/// A write is answered once every process announced has folded it (Elsewhere). So a process may answer only while its announcement surely
/// holds, and after it has folded all that the log had when that began: `current()`. One that was frozen, or cut off from Redis or the
/// log, is not current until it has caught up.
class Presence {
 public:
  using Clock = std::chrono::steady_clock;
  /// Told when answering begins (empty), or why it ends.
  using Observer = std::function<void(std::string_view why_not)>;

  /// `announcement` says what is true now, with each topic and partition whose position counts. The rest must outlive the presence.
  Presence(boost::asio::any_io_executor executor, Registry& registry, log::EventLog& log, std::string id,
           std::function<Announcement()> announcement, Observer observer = {});

  /// Announces and catches up, again whenever that ends, until cancelled (`terminal`) or gone.
  boost::asio::awaitable<void> run();
  /// Takes the announcement back, for ever: nobody needs to wait for this process any more.
  boost::asio::awaitable<void> leave();

  bool current() const { return caught_up_ && Clock::now() < holds_until_; }
  const std::string& id() const { return id_; }

 private:
  boost::asio::awaitable<void> pause(std::chrono::milliseconds time);
  boost::asio::awaitable<void> reach_end();
  boost::asio::awaitable<bool> read_ends(Announcement::Positions& ends);
  boost::asio::awaitable<std::string_view> keep_announced();
  boost::asio::awaitable<void> answer();
  boost::asio::awaitable<void> withdraw();

  boost::asio::any_io_executor executor_;
  Registry& registry_;
  log::EventLog& log_;
  std::string id_;
  std::function<Announcement()> announcement_;
  Observer observer_;
  Clock::time_point holds_until_{};
  bool caught_up_ = false;
  bool left_ = false;
};

}  // namespace zhida::node
