#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "platform/log/record.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <memory>

namespace zhida::dispatcher {

using BlockPtr = std::shared_ptr<const contracts::IntentsDecided>;

/// Reads a record of intents on `pool`: a block takes longer to parse than one turn on the executor may last.
/// Errors: `bad_message` for what is no block. `pool` must be joined before the executor's context is destroyed.
boost::asio::awaitable<boost::system::result<BlockPtr>> read_block(boost::asio::any_io_executor executor, boost::asio::any_io_executor pool,
                                                                   log::RecordPtr record);

}  // namespace zhida::dispatcher
