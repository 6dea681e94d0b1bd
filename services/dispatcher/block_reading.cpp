#include "dispatcher/block_reading.hpp"

#include "platform/runtime/callback.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace zhida::dispatcher {
namespace asio = boost::asio;

asio::awaitable<boost::system::result<BlockPtr>> read_block(asio::any_io_executor executor, asio::any_io_executor pool,
                                                            log::RecordPtr record) {
  using Reading = runtime::Callback<BlockPtr>;
  auto start = [executor, pool = std::move(pool), record = std::move(record)](void* opaque) {
    asio::post(pool, [executor, record, opaque] {
      auto read = contracts::read_intents_decided(record->value);
      BlockPtr block;
      if (read) block = std::make_shared<const contracts::IntentsDecided>(std::move(*read));
      asio::post(executor, [opaque, block] {
        if (block != nullptr)
          Reading::complete(opaque, block);
        else
          Reading::complete(opaque, boost::system::errc::make_error_code(boost::system::errc::bad_message));
      });
    });
  };
  return Reading::wait(executor, std::move(start));
}

}  // namespace zhida::dispatcher
