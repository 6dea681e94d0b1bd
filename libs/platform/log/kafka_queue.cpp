#include "platform/log/kafka_queue.hpp"

#include <boost/asio/post.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace zhida::log::kafka {
namespace {

namespace asio = boost::asio;

// Events handled in one go before others of the executor have their turn.
constexpr int run_length = 500;

int open_signal() {
  const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

}  // namespace

EventQueue::EventQueue(asio::any_io_executor executor, Queue queue)
    : queue_(std::move(queue)), signal_(std::move(executor), open_signal()) {
  const std::uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue_.get(), signal_.native_handle(), &one, sizeof one);
}

EventQueue::~EventQueue() { rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0); }

Event EventQueue::poll() {
  if (Event event{rd_kafka_queue_poll(queue_.get(), 0)}) return event;
  // Forget the signal, then look again: what came in between has no signal of its own.
  std::uint64_t count = 0;
  static_cast<void>(::read(signal_.native_handle(), &count, sizeof count) == sizeof count);
  return Event(rd_kafka_queue_poll(queue_.get(), 0));
}

void EventQueue::serve(Handler handler, std::function<void()> drained) {
  handler_ = std::move(handler);
  drained_ = std::move(drained);
  next();
}

void EventQueue::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  signal_.cancel(ignored);
}

void EventQueue::next() {
  if (stopped_) return;
  for (int handled = 0; handled < run_length; ++handled) {
    Event event = poll();
    if (!event) {
      if (handled > 0 && drained_) drained_();
      if (stopped_) return;
      return signal_.async_wait(asio::posix::stream_descriptor::wait_read,
                                [weak = weak_from_this()](const boost::system::error_code& error) {
                                  if (const auto self = weak.lock(); self && !error) self->next();
                                });
    }
    handler_(std::move(event));
    if (stopped_) return;
  }
  if (drained_) drained_();
  asio::post(signal_.get_executor(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->next();
  });
}

}  // namespace zhida::log::kafka
