#pragma once

#include "platform/log/record.hpp"

#include <cstddef>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// Where a fold stands in each of its topics in one partition: the next offset to fold.
///
/// Stored in Redis as text, `intents=12 receipts=7`, in the order of the fold's topics; the text as a whole is what a writer
/// compares before it writes.
struct PositionVector {
  std::vector<log::Offset> next;  ///< by index of the fold's topics

  friend bool operator==(const PositionVector&, const PositionVector&) = default;

  /// True if no topic stands before `other`.
  bool reaches(const PositionVector& other) const;
};

std::string to_text(const PositionVector& vector, const std::vector<std::string>& topics);

/// Nothing if `text` is not a vector over exactly these topics.
std::optional<PositionVector> parse_position_vector(std::string_view text, const std::vector<std::string>& topics);

}  // namespace zhida::stores
