#pragma once

#include "platform/log/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::log {

/// The partitions of a layout, numbered in its order: what adapters index by.
class PartitionIndex {
 public:
  explicit PartitionIndex(Layout layout);

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t find(std::string_view topic, std::int32_t partition) const;
  std::size_t size() const { return names_.size(); }
  const Layout& layout() const { return layout_; }
  const TopicLayout* topic(std::string_view name) const;

  /// `topic/partition`
  const std::string& name(std::size_t index) const { return names_[index]; }

 private:
  Layout layout_;
  std::vector<std::size_t> first_;  // of each topic
  std::vector<std::string> names_;
};

}  // namespace zhida::log
