#include "node/population/profile_walk.hpp"

#include "stores/log_reading.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace zhida::node {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::size_t rows_between_looks = 64;

class Walk {
 public:
  Walk(const stores::ProfileStore& profiles, const stores::RegionScope& scope, domain::Date date, LookAtProfile look)
      : profiles_(profiles), scope_(scope), date_(date), look_(std::move(look)), slots_(profiles.dictionary().size()) {}

  void visit(int partition, stores::Row row) {
    profiles_.slots(partition, row, slots_);
    if (!scope_.covers(slots_)) return;
    determinations_.clear();
    profiles_.determinations(partition, row, date_, determinations_);
    look_(profiles_.uscc(partition, row), {slots_, determinations_});
  }

  void visit(const enterprise::Uscc& uscc) {
    if (const auto row = profiles_.find(uscc)) return visit(profiles_.partition_of(uscc), *row);
    if (scope_.limited()) return;
    std::ranges::fill(slots_, cel::Value::missing());
    look_(uscc, {slots_, {}});
  }

  /// Visits `next` up to `end` for one turn.
  template <class Visit>
  void turn(std::size_t& next, std::size_t end, Visit visit_one) {
    const auto began = Clock::now();
    const stores::Turn mine;
    while (next < end && !mine.over())
      for (std::size_t i = 0; i < rows_between_looks && next < end; ++i) visit_one(next++);
    worked_ += Clock::now() - began;
  }

  std::chrono::microseconds worked() const { return std::chrono::duration_cast<std::chrono::microseconds>(worked_); }

 private:
  const stores::ProfileStore& profiles_;
  const stores::RegionScope& scope_;
  domain::Date date_;
  LookAtProfile look_;
  std::vector<cel::Value> slots_;
  std::vector<matching::Determination> determinations_;
  Clock::duration worked_{0};
};

}  // namespace

asio::awaitable<std::chrono::microseconds> walk_profiles(const stores::ProfileStore& profiles, const stores::RegionScope& scope,
                                                         domain::Date date, std::span<const enterprise::Uscc> usccs, LookAtProfile look) {
  Walk walk(profiles, scope, date, std::move(look));
  stores::Turn turn;
  for (std::size_t next = 0; next < usccs.size();) {
    walk.turn(next, usccs.size(), [&](std::size_t each) { walk.visit(usccs[each]); });
    co_await turn.pass();
  }
  co_return walk.worked();
}

}  // namespace zhida::node
