#pragma once

#include "contracts/profiles/profile_patched.hpp"
#include "domain/policy/check.hpp"
#include "platform/log/memory_log.hpp"
#include "standalone/sample/generator.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zhida::test {

inline domain::Date day_of(int year, unsigned month, unsigned of_month) {
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(of_month);
}

/// The 99 real items and made-up enterprises of the sample, known to a profile store; no log, no server.
class SampleWorld {
 public:
  static constexpr int partitions = 3;
  using EpochPtr = std::shared_ptr<const matching::engine::Epoch>;

  SampleWorld();

  /// Enterprise `index` as the sample's seed 7 (or another) makes it.
  enterprise::Uscc know(std::uint64_t index, std::uint64_t seed = 7);
  /// Enterprises 0 … n − 1, every third of which has determinations of the items' manual conditions, some of which end.
  void know_all(std::uint64_t n);
  void determine(const enterprise::Uscc& uscc, std::string condition, bool value, std::optional<domain::Date> valid_to);
  /// Heard of, and nothing known.
  void mention(const enterprise::Uscc& uscc);
  void fold(const contracts::ProfilePatched& event);

  /// What the scalar evaluator sees of one enterprise. Views live until the next call.
  policy::Subject subject(int partition, stores::Row row, domain::Date date);

  /// The profiles as they are, as columns on a date.
  EpochPtr epoch_at(domain::Date date);

  boost::asio::io_context io{1};
  stores::ReferenceData reference;
  log::MemoryLog log;
  stores::DeadLetters dead_letters;
  stores::ProfileStore profiles;
  domain::Date today = day_of(2026, 11, 23);
  stores::ProfileColumns columns;
  standalone::SampleGenerator generator;
  std::vector<std::shared_ptr<const policy::CompiledItem>> items;  ///< by id
  std::vector<enterprise::Uscc> usccs;                             ///< in the order in which they became known
  std::vector<std::string> conditions;                             ///< the items' manual conditions

 private:
  std::int64_t offset_ = 0;
  std::vector<cel::Value> slots_;
  std::vector<matching::Determination> determinations_;
};

}  // namespace zhida::test
