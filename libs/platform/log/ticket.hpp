#pragma once

#include "platform/runtime/callback.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace zhida::log {

/// The right and duty to answer a waiting caller, once, on its executor; unanswered, it ends with operation_aborted.
template <class T>
class Ticket {
 public:
  using Callback = runtime::Callback<T>;

  Ticket() = default;
  explicit Ticket(void* opaque) : opaque_(opaque) {}
  Ticket(Ticket&& other) noexcept : opaque_(std::exchange(other.opaque_, nullptr)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    std::swap(opaque_, other.opaque_);
    return *this;
  }
  ~Ticket() { answer(boost::asio::error::make_error_code(boost::asio::error::operation_aborted)); }

  /// False when it was answered, or nobody waits any more. To be asked on the caller's executor.
  bool is_waited_for() const { return opaque_ != nullptr && Callback::is_waited_for(opaque_); }

  void answer(typename Callback::Outcome outcome) {
    if (void* opaque = std::exchange(opaque_, nullptr)) Callback::complete(opaque, std::move(outcome));
  }

 private:
  void* opaque_ = nullptr;
};

}  // namespace zhida::log
