#pragma once

#include "domain/delivery/ledger.hpp"
#include "domain/effect/counters.hpp"
#include "stores/deliveries/facts.hpp"
#include "stores/deliveries/keys.hpp"
#include "stores/fold/fold.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace zhida::stores::deliveries {

/// Folds one batch: ledgers and marks, then the headers of the campaigns they name, then the counters that change.
///
/// The first mark of a campaign closes it in this partition: what an owner that was replaced still decides, behind it, is void.
class DeliveriesStep final : public FoldStep {
 public:
  DeliveriesStep(std::span<const FoldInput> inputs, int partition, int partitions, std::uint32_t buckets);

  std::size_t records() const { return facts_.records(); }

  std::vector<FieldRead> wanted() override;
  void loaded(std::span<const std::optional<std::string_view>> values) override;
  std::vector<FieldWrite> writes() override;
  std::vector<PoisonInput> poison() override { return facts_.take_poison(); }

 private:
  enum class Phase { ledgers, headers, counters, done };

  /// One enterprise of the batch.
  struct Touched {
    enterprise::Uscc::Packed code;
    std::size_t first = 0, end = 0;  // places in `order_`
  };
  /// A bucket with some of them: those from `first` up to `end` in `touched_`, ascending by code.
  struct TouchedBucket {
    std::uint32_t number = 0;
    std::size_t first = 0, end = 0;
    std::string stored;
  };
  /// One field of sums that changes.
  struct Cell {
    effect::CounterKey key;  // of any of its measures
    Sums change;
  };

  void find_touched(std::uint32_t buckets);
  void take_ledgers(std::span<const std::optional<std::string_view>> values);
  void take_headers(std::span<const std::optional<std::string_view>> values);
  void take_counters(std::span<const std::optional<std::string_view>> values);
  void take_marks(std::span<const std::optional<std::string_view>> values);
  /// The headers before the batch and after it.
  struct Headers {
    effect::CampaignHeaders before, after;
    std::vector<delivery::CampaignNumber> changed;  // ascending
  };
  void fold_bucket(const TouchedBucket& bucket, const Headers& headers);
  bool fold_enterprise(const Touched& touched, const Headers& headers);
  void find_changing(const Touched& touched, const Headers& headers);
  void count(const effect::CampaignHeaders& headers, bool with_outcomes, int sign);
  void group_counters();

  Facts facts_;
  std::vector<std::string> mark_fields_;  // of every campaign with a block or a mark in the batch, ascending
  std::vector<char> void_facts_;          // by fact
  std::vector<char> void_headers_;        // by header
  Phase phase_ = Phase::ledgers;
  std::vector<std::uint32_t> order_;  // indices of facts by bucket, enterprise, then as they came
  std::vector<Touched> touched_;
  std::vector<TouchedBucket> buckets_;
  std::vector<delivery::CampaignNumber> campaigns_;  // of all ledgers and headers, ascending
  delivery::Ledger ledger_;                          // reused: of the enterprise in hand
  std::vector<delivery::CampaignNumber> changing_;   // reused: whose rows its facts may change, ascending
  effect::Counters change_;
  std::map<std::pair<delivery::CampaignNumber, Block>, std::int64_t> open_change_;
  std::vector<Cell> cells_;
  std::map<std::pair<delivery::CampaignNumber, Day>, int> day_change_;
  std::vector<FieldWrite> writes_;
};

}  // namespace zhida::stores::deliveries
