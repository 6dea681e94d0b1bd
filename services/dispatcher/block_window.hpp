#pragma once

#include "platform/log/event_log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <deque>
#include <string>

namespace zhida::dispatcher {

/// Blocks of intents of one lane of a partition, fetched ahead: those of several campaigns lie one behind the other in the topic but are
/// taken in turns, and a log reads on far more cheaply than it begins anew in another place.
///
/// What was fetched is kept until it is dropped, or pushed out by what was fetched later. One `get` at a time.
class BlockWindow {
 public:
  /// What is kept at most; a block beyond `bytes` is kept alone.
  struct Bounds {
    std::size_t records = 16;
    std::size_t bytes = 4U << 20U;
  };

  BlockWindow(log::EventLog& log, std::string topic, int partition);
  BlockWindow(log::EventLog& log, std::string topic, int partition, Bounds bounds);

  /// The block at `offset`; null if the log has none there. Nothing from `end` on is fetched with it. Errors: the log's.
  boost::asio::awaitable<boost::system::result<log::RecordPtr>> get(log::Offset offset, log::Offset end);

  /// The block is not needed any more.
  void drop(log::Offset offset);

  /// None of them is needed any more.
  void clear();

 private:
  std::deque<log::Offset>::iterator run_to(log::Offset offset);
  log::RecordPtr find(log::Offset offset) const;
  boost::asio::awaitable<boost::system::result<log::Offset>> fetch(log::Offset from, std::size_t most);
  void keep(log::RecordPtr record);
  void push_out();

  log::EventLog& log_;
  std::string topic_;
  int partition_;
  Bounds bounds_;
  std::deque<log::RecordPtr> held_;  // in the order in which they were fetched
  std::size_t bytes_ = 0;
  std::deque<log::Offset> runs_;  // where reading goes on; the one used last is the last
};

}  // namespace zhida::dispatcher
