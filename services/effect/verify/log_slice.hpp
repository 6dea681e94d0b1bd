#pragma once

#include "domain/enterprise/uscc.hpp"
#include "effect/verify/account.hpp"
#include "effect/verify/counting.hpp"
#include "platform/log/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zhida::effect_service::verify {

/// Which enterprises are folded: those of some buckets of one partition.
struct SliceChoice {
  int partition = 0;
  int partitions = 1;
  std::uint32_t buckets = 1;  ///< of the partition
  std::uint32_t first = 0;    ///< first <= bucket < end
  std::uint32_t end = 1;

  /// The enterprise's bucket as schemas/redis.md has it; nothing for enterprises of other partitions.
  std::optional<std::uint32_t> bucket_of(const enterprise::Uscc& uscc) const;
};

/// A slice of the enterprises of one partition, and what the log says about them, about campaigns, and about what is decided.
/// Records may come in any order of topics, in the log's order within one.
class LogSlice {
 public:
  explicit LogSlice(SliceChoice choice) : choice_(choice), accounts_(choice.end - choice.first) {}

  /// What cannot be read is not counted: it lies in quarantine.
  void take(std::string_view topic, const log::Record& record);

  using Accounts = std::unordered_map<enterprise::Uscc, Account>;
  /// The enterprises of one bucket of the slice.
  const Accounts& accounts(std::uint32_t bucket) const { return accounts_.at(bucket - choice_.first); }
  const SliceChoice& choice() const { return choice_; }
  const Packages& packages() const { return packages_; }
  /// `12.1.page` → the first mark that the partition has decided everything.
  const std::map<std::string, contracts::PartitionDecided>& marks() const { return marks_; }
  /// Facts about the enterprises of the slice, doubles included.
  std::uint64_t facts() const { return facts_; }

 private:
  void take_intents(std::string_view topic, const log::Record& record);
  void take_mark(const log::Record& record);
  void take_receipts(const log::Record& record);
  void take_engagement(const log::Record& record);
  void take_outcome(const log::Record& record);
  Account* account(const enterprise::Uscc& uscc);

  SliceChoice choice_;
  std::vector<Accounts> accounts_;  // by bucket
  Packages packages_;
  std::map<std::string, contracts::PartitionDecided> marks_;
  std::uint64_t facts_ = 0;
};

}  // namespace zhida::effect_service::verify
