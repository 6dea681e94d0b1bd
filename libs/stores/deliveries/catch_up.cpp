#include "stores/deliveries/catch_up.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/error.hpp>

namespace zhida::stores {

boost::asio::awaitable<boost::system::result<void>> catch_up(log::EventLog& log, DeliveriesReader& deliveries, int partition,
                                                             std::chrono::milliseconds look_again) {
  for (const char* topic : {"intents-urgent", "intents", "receipts-urgent", "receipts", "outcomes"}) {
    const boost::system::result<log::Range> range = co_await log.range(topic, partition);
    if (!range) co_return range.error();
    bool folded = range->end == 0;
    while (!folded) {
      folded = co_await deliveries.wait_until(topic, partition, range->end - 1, look_again);
      if (co_await runtime::stop_requested()) co_return boost::asio::error::make_error_code(boost::asio::error::operation_aborted);
    }
  }
  co_return boost::system::result<void>();
}

}  // namespace zhida::stores
