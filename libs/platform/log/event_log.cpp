#include "platform/log/event_log.hpp"

#include <utility>

namespace zhida::log {

boost::asio::awaitable<void> EventLog::wait(std::string_view topic, std::int32_t partition, Offset next) {
  std::vector<Position> positions;
  positions.push_back({std::string(topic), partition, next});
  return wait(std::move(positions));
}

}  // namespace zhida::log
