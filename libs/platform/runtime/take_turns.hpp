#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <string_view>

namespace zhida::runtime {

/// One unit of a worker's work, or its wait for the next.
using Turn = std::function<boost::asio::awaitable<boost::system::result<void>>()>;

/// Takes turns until asked to stop; the turn in hand is finished. A turn that failed is taken again after `retry`, and `failed` is told,
/// with `again` true while the reason stays the same from one turn to the next.
boost::asio::awaitable<void> take_turns(Turn turn, std::chrono::milliseconds retry,
                                        std::function<void(std::string_view reason, bool again)> failed);

/// Does nothing for a while; a graceful stop ends it.
boost::asio::awaitable<void> rest(std::chrono::milliseconds time);

}  // namespace zhida::runtime
