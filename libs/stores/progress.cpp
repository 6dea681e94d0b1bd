#include "stores/progress.hpp"

namespace zhida::stores {

void Progress::advance(std::string_view topic, int partition, log::Offset next) {
  auto found = positions_.find(topic);
  if (found == positions_.end()) found = positions_.emplace(std::string(topic), std::vector<log::Offset>()).first;
  auto& positions = found->second;
  const auto index = static_cast<std::size_t>(partition);
  if (positions.size() <= index) positions.resize(index + 1);
  if (next <= positions[index]) return;
  positions[index] = next;
  moved_.ring();
}

log::Offset Progress::position(std::string_view topic, int partition) const {
  const auto found = positions_.find(topic);
  const auto index = static_cast<std::size_t>(partition);
  if (found == positions_.end() || found->second.size() <= index) return 0;
  return found->second[index];
}

boost::asio::awaitable<bool> Progress::wait_until(std::string_view topic, int partition, log::Offset offset,
                                                  std::chrono::milliseconds limit) {
  const std::string name(topic);  // the caller's view may not outlive the wait
  const auto deadline = Notice::Clock::now() + limit;
  while (position(name, partition) <= offset) {
    const bool moved = co_await moved_.wait(deadline);
    if (!moved) co_return false;  // too late, or cut off
  }
  co_return true;
}

}  // namespace zhida::stores
