#include "domain/delivery/state.hpp"

#include <array>

namespace zhida::delivery {

using namespace std::chrono_literals;

int rank(State state) {
  static constexpr std::array<int, 15> ranks{0, 10, 20, 30, 35, 40, 45, 50, 61, 62, 63, 64, 65, 70, 75};
  return ranks.at(static_cast<std::size_t>(state));
}

bool weaker(const Status& a, const Status& b) {
  if (is_closed(a.state) != is_closed(b.state)) return is_closed(b.state);
  if (!is_closed(a.state) && a.attempt != b.attempt) return a.attempt < b.attempt;
  if (a.state != b.state) return rank(a.state) < rank(b.state);
  if (a.at != b.at) return a.at > b.at;
  if (a.until != b.until) return a.until < b.until;
  return a.reason > b.reason;
}

bool is_keepable(Instant at) {
  constexpr Instant first = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
  constexpr Instant end = std::chrono::sys_days(std::chrono::year(2054) / 1 / 1);
  return at >= first && at < end;
}

}  // namespace zhida::delivery
