#pragma once

#include "platform/log/event_log.hpp"
#include "stores/notice.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string_view>

namespace zhida::stores {

/// Runs a fold kept in memory until a graceful stop: `catch_up` folds what there is and says whether there was anything; when there was
/// not, the topics' next records are waited for. Errors are reported once each and tried again.
struct MemoryFold {
  /// Folds what can be read now.
  std::function<boost::asio::awaitable<boost::system::result<std::size_t>>()> catch_up;
  /// Where it reads on.
  std::function<std::vector<log::Position>()> positions;
  std::function<void(std::string_view what)> report;
};
boost::asio::awaitable<void> follow(log::EventLog& log, MemoryFold fold);

/// Lets others of the executor run when this one has had its turn: to be awaited inside long work, which then goes on in the background.
class Turn {
 public:
  static constexpr std::chrono::milliseconds length{2};

  bool over() const { return std::chrono::steady_clock::now() - began_ > length; }
  boost::asio::awaitable<void> pass();

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace zhida::stores
