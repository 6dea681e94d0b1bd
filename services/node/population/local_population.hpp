#pragma once

#include "node/population/partition_set.hpp"
#include "node/population/population.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

namespace zhida::node {

/// Counts the enterprises whose profiles this process folds, leaving its executor to others every few milliseconds.
class LocalPopulation final : public Population {
 public:
  /// All must outlive it.
  LocalPopulation(const stores::ReferenceData& reference, stores::CatalogStore& catalog, const stores::ProfileStore& profiles,
                  stores::ProfileColumns& columns)
      : reference_(reference), catalog_(catalog), profiles_(profiles), columns_(columns) {}

  /// Of all partitions, which must be ready.
  boost::asio::awaitable<std::optional<contracts::Tally>> ask(contracts::Question question) override;

  /// Of some partitions, whose profiles must be ready. Nothing for a rule or a campaign that is not known here as it is asked for.
  boost::asio::awaitable<std::optional<contracts::Tally>> ask(contracts::Question question, PartitionSet partitions);

 private:
  using Answer = boost::asio::awaitable<std::optional<contracts::Tally>>;

  Answer tally(const contracts::RuleQuestion& question, const PartitionSet& partitions);
  Answer tally(const contracts::AudienceQuestion& question, const PartitionSet& partitions);
  Answer tally(const contracts::ImpactQuestion& question, const PartitionSet& partitions);
  std::optional<matching::Rule> compile(const contracts::ImpactQuestion::Side& side) const;

  const stores::ReferenceData& reference_;
  stores::CatalogStore& catalog_;
  const stores::ProfileStore& profiles_;
  stores::ProfileColumns& columns_;
};

}  // namespace zhida::node
