#pragma once

#include "domain/delivery/facts.hpp"
#include "domain/effect/measure.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace zhida::effect {

/// What one number counts. Campaign 0 = over all campaigns, item 0 = the campaign as a whole (else `delivery::hash_of` the item's id).
/// Hour 0 = the total; other hours are the cells of metrics, cut by size and street too, whose sum over hours, sizes and streets is the
/// total.
struct CounterKey {
  std::uint64_t item = 0;
  delivery::CampaignNumber campaign = 0;
  delivery::Hour hour = 0;
  std::uint32_t street = 0;
  Measure measure = Measure::decided;
  delivery::SizeBand size = delivery::SizeBand::unknown;

  friend auto operator<=>(const CounterKey&, const CounterKey&) = default;
};

/// Sparse sums. Addition and subtraction commute, so a fold that adds contribution(after) − contribution(before) of each
/// enterprise holds the sum of contribution(ledger) over all ledgers, whatever the order.
class Counters {
 public:
  struct Entry {
    CounterKey key;
    std::int64_t value = 0;
  };

  void add(const CounterKey& key, std::int64_t amount);
  void add(const Counters& other);
  void subtract(const Counters& other);

  std::int64_t value(const CounterKey& key) const;

  /// All sums that are not 0, in no order; `sorted` orders by key.
  std::vector<Entry> entries() const;
  std::vector<Entry> sorted() const;

  /// Forgets the sums and keeps the memory.
  void clear();

 private:
  std::size_t slot_of(const CounterKey& key) const;
  void grow();

  std::vector<Entry> slots_;
  std::vector<bool> taken_;
  std::size_t used_ = 0;
};

}  // namespace zhida::effect
