#pragma once

#include "domain/enterprise/uscc.hpp"
#include "stores/profiles/profile_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace zhida::matcher {

/// Places of enterprises, in rows or in a list, in the order in which campaigns decide them.
using Places = std::shared_ptr<const std::vector<std::uint32_t>>;

/// The places ascending by the high half of the enterprises' hashes, equal ones by code: what is kept of them by hash is kept side by
/// side, and a block of intents concerns one range of it.
std::vector<std::uint32_t> in_hash_order(std::vector<std::uint32_t> places,
                                         const std::function<const enterprise::Uscc&(std::uint32_t place)>& uscc);

/// The rows of one partition of a store in this order. Rows keep their enterprises, so it is made anew only when there are more of them.
class HashOrder {
 public:
  HashOrder(const stores::ProfileStore& profiles, int partition) : profiles_(profiles), partition_(partition) {}

  /// All rows there are now; whoever holds it keeps it as it is.
  Places rows();
  /// The places of those in `list` that belong to the partition.
  Places listed(const std::vector<enterprise::Uscc>& list) const;

 private:
  const stores::ProfileStore& profiles_;
  int partition_;
  Places rows_;
};

}  // namespace zhida::matcher
