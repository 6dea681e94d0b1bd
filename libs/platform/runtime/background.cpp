#include "platform/runtime/background.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <utility>

namespace zhida::runtime {
namespace {

namespace asio = boost::asio;

/// Those of one context who wait for their turn.
class BackgroundQueue : public asio::execution_context::service {
 public:
  using key_type = BackgroundQueue;
  inline static asio::execution_context::id id;

  explicit BackgroundQueue(asio::execution_context& context) : service(context) {}

  // Not a coroutine: g++ 12 destroys closures twice when they are temporaries beside a co_await.
  asio::awaitable<void> wait(const asio::any_io_executor& executor) {
    auto initiate = [](auto handler, BackgroundQueue* queue, asio::any_io_executor on) {
      queue->waiting_.emplace_back(std::move(handler));
      if (!queue->scheduled_) queue->schedule(on);
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable, this, executor);
  }

 private:
  using Handler = asio::any_completion_handler<void()>;

  void shutdown() override {
    const std::deque<Handler> ended = std::exchange(waiting_, {});  // may destroy coroutines that wait anew
  }

  // Posted twice: the first time round, the context looks at its sockets; what is ready there stands before the second.
  void schedule(const asio::any_io_executor& executor) {
    scheduled_ = true;
    asio::post(executor, [this, executor] { asio::post(executor, [this, executor] { resume_one(executor); }); });
  }

  void resume_one(const asio::any_io_executor& executor) {
    Handler next = std::move(waiting_.front());
    waiting_.pop_front();
    scheduled_ = false;
    if (!waiting_.empty()) schedule(executor);
    std::move(next)();
  }

  std::deque<Handler> waiting_;
  bool scheduled_ = false;
};

}  // namespace

asio::awaitable<void> background_turn() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto& queue = asio::use_service<BackgroundQueue>(asio::query(executor, asio::execution::context));
  co_await queue.wait(executor);
}

}  // namespace zhida::runtime
