#pragma once

#include "stores/profiles/profile_columns.hpp"

#include <cstddef>
#include <vector>

namespace zhida::node {

/// Some of the partitions.
class PartitionSet {
 public:
  /// All of `partitions`.
  static PartitionSet all(int partitions) { return PartitionSet(std::vector<bool>(static_cast<std::size_t>(partitions), true)); }
  /// Those of `members` that there are.
  static PartitionSet of(int partitions, const std::vector<int>& members) {
    std::vector<bool> flags(static_cast<std::size_t>(partitions));
    for (const int member : members)
      if (member >= 0 && member < partitions) flags[static_cast<std::size_t>(member)] = true;
    return PartitionSet(std::move(flags));
  }

  bool contains(int partition) const { return members_[static_cast<std::size_t>(partition)]; }
  /// Whether a block of the columns, which holds rows of one partition, is of one of these.
  bool contains_block(const stores::ProfileColumns& columns, std::size_t block) const {
    return contains(columns.place(static_cast<matching::engine::ProfileId>(block * matching::engine::block_size)).partition);
  }

 private:
  explicit PartitionSet(std::vector<bool> members) : members_(std::move(members)) {}

  std::vector<bool> members_;
};

}  // namespace zhida::node
