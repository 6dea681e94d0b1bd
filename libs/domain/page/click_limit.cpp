#include "domain/page/click_limit.hpp"

namespace zhida::page {

bool ClickLimit::admit(std::uint64_t delivery, domain::Instant now) {
  const std::int64_t hour = std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
  if (hour != hour_) {
    hour_ = hour;
    clicks_.clear();
  }
  if (clicks_.size() >= most_deliveries && !clicks_.contains(delivery)) return true;
  std::uint32_t& clicks = clicks_[delivery];
  if (clicks >= most_an_hour) return false;
  ++clicks;
  return true;
}

}  // namespace zhida::page
