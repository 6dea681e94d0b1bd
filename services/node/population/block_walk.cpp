#include "node/population/block_walk.hpp"

#include "stores/log_reading.hpp"

namespace zhida::node {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

asio::awaitable<std::chrono::microseconds> walk_blocks(std::size_t blocks, std::function<bool(std::size_t block)> wanted,
                                                       std::function<void(std::size_t block)> look) {
  Clock::duration worked{0};
  stores::Turn turn;
  for (std::size_t block = 0; block < blocks;) {
    const auto resumed = Clock::now();
    do {
      if (wanted(block)) look(block);
    } while (++block < blocks && !turn.over());
    worked += Clock::now() - resumed;
    co_await turn.pass();
  }
  co_return std::chrono::duration_cast<std::chrono::microseconds>(worked);
}

}  // namespace zhida::node
