#pragma once

#include "contracts/queries/query.hpp"
#include "domain/campaign/audience_preview.hpp"
#include "domain/campaign/tallies.hpp"
#include "matching/engine/impact.hpp"
#include "node/population/region_mask.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/reference/reference_data.hpp"

#include <cstddef>
#include <memory>

namespace zhida::node {

/// What becomes of enterprises when a rule takes another's place, fed block by block.
class ImpactTallier {
 public:
  ImpactTallier(const stores::ReferenceData& reference, const stores::ProfileColumns& columns,
                const std::shared_ptr<const matching::engine::Epoch>& epoch, const matching::Rule& before, const matching::Rule& after,
                const contracts::ImpactQuestion& question);

  std::size_t blocks() const { return count_.blocks(); }
  void add(std::size_t block);
  campaign::ImpactTally tally() const;

 private:
  const stores::ReferenceData& reference_;
  const stores::ProfileColumns& columns_;
  std::shared_ptr<const matching::engine::AudiencePlan> before_, after_;
  matching::engine::ImpactCount count_;
  RegionMask region_;
  campaign::EnterpriseSample entered_, left_, open_;
};

}  // namespace zhida::node
