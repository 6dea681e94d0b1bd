#include "platform/redis/asio_events.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cassert>
#include <memory>

namespace zhida::redis {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

/// Hooks of one context. Shared between hiredis (through `self_`, until cleanup) and the waits in
/// flight, whose handlers may run after hiredis has freed the context.
class AsioEvents : public std::enable_shared_from_this<AsioEvents> {
 public:
  AsioEvents(redisAsyncContext& context, const asio::any_io_executor& executor) : context_(&context), socket_(executor, context.c.fd) {}

  void install() {
    self_ = shared_from_this();
    context_->ev.data = this;
    context_->ev.addRead = [](void* data) { from(data).start(from(data).read_); };
    context_->ev.delRead = [](void* data) { from(data).read_.wanted = false; };
    context_->ev.addWrite = [](void* data) { from(data).start(from(data).write_); };
    context_->ev.delWrite = [](void* data) { from(data).write_.wanted = false; };
    context_->ev.cleanup = [](void* data) { from(data).cleanup(); };
  }

 private:
  struct Direction {
    Descriptor::wait_type type;
    void (*handle)(redisAsyncContext*);
    bool wanted = false;   // hiredis wants to hear about it
    bool waiting = false;  // Asio has been asked
  };

  static AsioEvents& from(void* data) { return *static_cast<AsioEvents*>(data); }

  void start(Direction& direction) {
    direction.wanted = true;
    if (direction.waiting) return;  // hiredis calls the hooks repeatedly and expects no more
    direction.waiting = true;
    socket_.async_wait(direction.type, [self = shared_from_this(), &direction](const auto& error) {
      direction.waiting = false;
      // On any other error hiredis must look at the socket: it finds out why and frees the context.
      if (error == asio::error::operation_aborted || !self->context_ || !direction.wanted) return;
      direction.handle(self->context_);
      if (self->context_ && direction.wanted) self->start(direction);
    });
  }

  // hiredis is about to free the context and close the socket.
  void cleanup() {
    context_ = nullptr;
    socket_.release();  // cancels the waits but leaves closing to hiredis
    const auto last_reference = std::move(self_);
  }

  redisAsyncContext* context_;
  Descriptor socket_;
  Direction read_{Descriptor::wait_read, &redisAsyncHandleRead};
  Direction write_{Descriptor::wait_write, &redisAsyncHandleWrite};
  std::shared_ptr<AsioEvents> self_;
};

}  // namespace

void attach(redisAsyncContext& context, const asio::any_io_executor& executor) {
  assert(!context.ev.data && "already attached");
  std::make_shared<AsioEvents>(context, executor)->install();
}

}  // namespace zhida::redis
