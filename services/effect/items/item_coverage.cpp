#include "effect/items/item_coverage.hpp"

#include "stores/log_reading.hpp"

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace zhida::effect_service {
namespace {

using boost::system::result;
using delivery::EngagementType;
using delivery::State;

constexpr std::size_t ledgers_at_once = 500;

/// Whether people saw the package of the intent or the item in it.
bool was_shown(const delivery::IntentRecord& intent, std::uint16_t part) {
  for (const EngagementType type : {EngagementType::impression, EngagementType::seen})
    for (const std::uint16_t seen : {std::uint16_t{0}, part})
      if (intent.engagement(seen, type).people != 0) return true;
  return false;
}

/// How far an intent came that was not shown, and the word for it.
std::pair<int, std::string_view> progress_of(const delivery::Status& status) {
  if (status.state == State::delivered) return {3, "not_opened"};
  if (!delivery::is_closed(status.state)) return {2, "open"};
  if (status.state == State::suppressed) return {0, domain::name_of(status.reason)};
  return {1, domain::name_of(status.state)};
}

void classify(ItemCoverage& coverage, const delivery::Ledger& ledger, const ItemPlaces& places) {
  std::optional<std::pair<int, std::string_view>> furthest;
  for (const delivery::IntentRecord& intent : ledger.intents) {
    const auto place = places.find(intent.key.campaign);
    if (place == places.end() || !intent.decision) continue;
    if (was_shown(intent, place->second)) {
      ++coverage.reached;
      return;
    }
    const auto progress = progress_of(intent.status());
    if (!furthest || furthest->first <= progress.first) furthest = progress;
  }
  if (furthest)
    ++coverage.not_reached[std::string(furthest->second)];
  else
    ++coverage.not_pushed;
}

/// Finds the eligible enterprises of a partition, row by row.
class EligibleRows {
 public:
  EligibleRows(const stores::ProfileStore& profiles, const policy::CompiledItem& item, domain::Date date, int partition)
      : profiles_(profiles), item_(item), date_(date), partition_(partition), slots_(profiles.dictionary().size()) {}

  bool over() const { return row_ >= profiles_.size(partition_); }

  /// Decides the next row; adds its enterprise to `into` if it is eligible.
  void decide_next(ItemCoverage& coverage, std::vector<enterprise::Uscc>& into) {
    const stores::Row row = row_++;
    profiles_.slots(partition_, row, slots_);
    determinations_.clear();
    profiles_.determinations(partition_, row, date_, determinations_);
    arena_.reset();
    const policy::Subject subject{slots_, determinations_};
    switch (policy::decide_item(item_, subject, date_, arena_).verdict) {
      case policy::Verdict::eligible:
        ++coverage.eligible;
        into.push_back(profiles_.uscc(partition_, row));
        break;
      case policy::Verdict::manual:
        ++coverage.manual;
        break;
      case policy::Verdict::unknown:
        ++coverage.unknown;
        break;
      case policy::Verdict::ineligible:
        break;
    }
  }

 private:
  const stores::ProfileStore& profiles_;
  const policy::CompiledItem& item_;
  domain::Date date_;
  int partition_;
  stores::Row row_ = 0;
  std::vector<cel::Value> slots_;
  std::vector<matching::Determination> determinations_;
  cel::Arena arena_;
};

}  // namespace

boost::asio::awaitable<result<ItemCoverage>> measure_coverage(const stores::ProfileStore& profiles, stores::DeliveriesReader& deliveries,
                                                              const policy::CompiledItem& item, domain::Date date,
                                                              const ItemPlaces& places) {
  ItemCoverage coverage;
  stores::Turn turn;
  delivery::Ledger ledger;
  for (int partition = 0; partition < profiles.partitions(); ++partition) {
    EligibleRows rows(profiles, item, date, partition);
    while (!rows.over()) {
      std::vector<enterprise::Uscc> eligible;
      while (!rows.over() && eligible.size() < ledgers_at_once) {
        rows.decide_next(coverage, eligible);
        if (turn.over()) co_await turn.pass();
      }
      if (eligible.empty()) continue;
      const auto ledgers = co_await deliveries.ledgers(partition, eligible);
      if (!ledgers) co_return ledgers.error();
      for (std::size_t i = 0; i < ledgers->size(); ++i) {
        if (const result<void> read = ledgers->read(i, ledger); !read) co_return read.error();
        classify(coverage, ledger, places);
      }
    }
  }
  co_return coverage;
}

}  // namespace zhida::effect_service
