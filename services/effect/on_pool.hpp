#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>

namespace zhida::effect_service {

/// Runs `work` on a thread of `pool` and comes back to the caller's executor with its result. Name `work` before passing it; it and what it
/// refers to stay with the caller, who waits for it whatever happens: join the pool before the executor's context goes.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> on_pool(const boost::asio::any_io_executor& pool, Work& work) {
  struct Task {
    static boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work& task) { co_return task(); }
  };
  co_return co_await boost::asio::co_spawn(pool, Task::run(work), boost::asio::use_awaitable);
}

}  // namespace zhida::effect_service
