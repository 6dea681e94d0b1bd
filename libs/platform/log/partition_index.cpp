#include "platform/log/partition_index.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace zhida::log {

PartitionIndex::PartitionIndex(Layout layout) : layout_(std::move(layout)) {
  validate(layout_);
  for (const TopicLayout& topic : layout_) {
    first_.push_back(names_.size());
    for (std::int32_t p = 0; p < topic.partitions; ++p) names_.push_back(fmt::format("{}/{}", topic.name, p));
  }
}

const TopicLayout* PartitionIndex::topic(std::string_view name) const {
  const auto found = std::ranges::find(layout_, name, &TopicLayout::name);
  return found == layout_.end() ? nullptr : &*found;
}

std::size_t PartitionIndex::find(std::string_view name, std::int32_t partition) const {
  const TopicLayout* found = topic(name);
  if (!found || partition < 0 || partition >= found->partitions) return none;
  return first_[static_cast<std::size_t>(found - layout_.data())] + static_cast<std::size_t>(partition);
}

}  // namespace zhida::log
