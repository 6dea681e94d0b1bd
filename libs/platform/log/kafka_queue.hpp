#pragma once

#include "platform/log/kafka_handle.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>

namespace zhida::log::kafka {

/// A queue of librdkafka's events that Asio watches: librdkafka writes to an eventfd when the queue is no longer empty.
/// Single-threaded.
class EventQueue : public std::enable_shared_from_this<EventQueue> {
 public:
  using Handler = std::function<void(Event event)>;

  EventQueue(boost::asio::any_io_executor executor, Queue queue);
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  rd_kafka_queue_t* get() const { return queue_.get(); }

  /// The next event, or none. After none, `signal` becomes readable when there is one again.
  Event poll();
  boost::asio::posix::stream_descriptor& signal() { return signal_; }

  /// Hands every event to `handler` as it comes, and calls `drained` (may be empty) after each run of them.
  void serve(Handler handler, std::function<void()> drained);

  /// No handler is called any more.
  void stop();

 private:
  void next();

  Queue queue_;
  boost::asio::posix::stream_descriptor signal_;
  Handler handler_;
  std::function<void()> drained_;
  bool stopped_ = false;
};

}  // namespace zhida::log::kafka
