#include "stores/notice.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zhida::stores {
namespace asio = boost::asio;

asio::awaitable<bool> Notice::wait(Clock::time_point deadline) {
  struct Place {
    std::list<Waiter>& list;
    std::list<Waiter>::iterator at;
    ~Place() { list.erase(at); }
  };
  asio::steady_timer timer(executor_, deadline);
  Place place{waiting_, waiting_.emplace(waiting_.end(), Waiter{std::move(timer)})};
  co_await place.at->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return place.at->rung;
}

void Notice::ring() {
  for (Waiter& waiter : waiting_) {
    waiter.rung = true;
    waiter.timer.cancel();
  }
}

}  // namespace zhida::stores
