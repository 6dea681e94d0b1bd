#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace zhida::log {

/// Lets work pass while no more than `limit` bytes of it are inside; the others wait in their order.
/// A single piece above the limit passes when it is alone. Single-threaded.
class ByteGate : public std::enable_shared_from_this<ByteGate> {
 public:
  /// Being inside; leaves when destroyed. Empty after a wait that was given up.
  class Pass {
   public:
    Pass() = default;
    Pass(std::shared_ptr<ByteGate> gate, std::size_t bytes) : gate_(std::move(gate)), bytes_(bytes) {}
    Pass(Pass&& other) noexcept : gate_(std::move(other.gate_)), bytes_(other.bytes_) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Pass() {
      if (gate_) gate_->leave(bytes_);
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    std::shared_ptr<ByteGate> gate_;
    std::size_t bytes_ = 0;
  };

  ByteGate(boost::asio::any_io_executor executor, std::size_t limit) : executor_(std::move(executor)), limit_(limit) {}

  /// Waits for room. An empty pass: cancelled, or the gate was closed.
  boost::asio::awaitable<Pass> enter(std::size_t bytes) {
    const auto self = shared_from_this();
    if (closed_) co_return Pass();
    if (waiting_.empty() && fits(bytes)) {
      inside_ += bytes;
      co_return Pass(self, bytes);
    }
    Waiter waiter(*this, bytes);
    co_await waiter.timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));  // ends by cancellation only
    if (!waiter.admitted) co_return Pass();
    co_return Pass(self, bytes);
  }

  /// Turns away all who wait, and whoever comes.
  void close() {
    closed_ = true;
    for (Waiter* waiter : waiting_) waiter->timer.cancel();
  }

  std::size_t inside() const { return inside_; }

 private:
  struct Waiter {
    Waiter(ByteGate& owner, std::size_t size)
        : gate(owner), bytes(size), timer(owner.executor_, boost::asio::steady_timer::time_point::max()) {
      place = gate.waiting_.insert(gate.waiting_.end(), this);
    }
    ~Waiter() {
      if (!admitted) gate.waiting_.erase(place);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    ByteGate& gate;
    std::size_t bytes;
    bool admitted = false;
    boost::asio::steady_timer timer;  // used as a condition variable
    std::list<Waiter*>::iterator place;
  };

  bool fits(std::size_t bytes) const { return inside_ == 0 || inside_ + bytes <= limit_; }

  void leave(std::size_t bytes) {
    inside_ -= bytes;
    while (!closed_ && !waiting_.empty() && fits(waiting_.front()->bytes)) {
      Waiter* next = waiting_.front();
      waiting_.pop_front();
      next->admitted = true;
      inside_ += next->bytes;
      next->timer.cancel();
    }
  }

  boost::asio::any_io_executor executor_;
  std::size_t limit_;
  std::size_t inside_ = 0;
  bool closed_ = false;
  std::list<Waiter*> waiting_;
};

}  // namespace zhida::log
