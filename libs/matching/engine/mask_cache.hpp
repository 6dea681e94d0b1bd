#pragma once

#include "matching/engine/audience_plan.hpp"

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace zhida::matching::engine {

/// Where a condition is true for every profile of an epoch; or, for an attribute, where it is missing. Immutable.
struct CachedMasks {
  std::vector<Mask> masks;              ///< by block
  std::vector<std::uint64_t> versions;  ///< of the blocks they were made from
  std::uint64_t generation = 0;         ///< of the epoch
};

/// Masks of conditions that were asked for, so that the next rule with the same condition only reads them. Blocks that changed since are
/// done again. The least recently used go when there are too many bytes.
/// Thread safety: all members may be called from any thread; two that miss the same condition both do the work.
class MaskCache {
 public:
  explicit MaskCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Where the condition is true. `condition.key` must not be empty.
  std::shared_ptr<const CachedMasks> definite(const ScanCondition& condition, const AudiencePlan& plan, const Kernels& with);
  /// Which profiles there are.
  std::shared_ptr<const CachedMasks> present(const AudiencePlan& plan);
  /// Where the attribute is missing.
  std::shared_ptr<const CachedMasks> missing(std::uint32_t attribute, const AudiencePlan& plan);

  std::size_t bytes() const;

 private:
  struct Kept {
    std::shared_ptr<const CachedMasks> masks;
    std::list<std::string>::iterator use;
  };
  std::shared_ptr<const CachedMasks> find(const std::string& key);
  void keep(const std::string& key, std::shared_ptr<const CachedMasks> masks);
  template <class Make>
  std::shared_ptr<const CachedMasks> current(const std::string& key, const Epoch& epoch, Make&& make);

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<std::string> uses_;  ///< the latest first
  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace zhida::matching::engine
