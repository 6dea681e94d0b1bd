#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace zhida::log {

/// How long a topic keeps its records.
struct Retention {
  enum class Kind { forever, days, compacted };

  Kind kind = Kind::forever;
  std::int32_t days = 0;  ///< for `days`

  static Retention forever() { return {Kind::forever, 0}; }
  static Retention for_days(std::int32_t days) { return {Kind::days, days}; }
  /// Only the newest record of each key must stay.
  static Retention compacted() { return {Kind::compacted, 0}; }

  bool operator==(const Retention&) const = default;
};

/// `forever`, `compacted`, `30 days`.
std::string to_string(const Retention& retention);

struct TopicLayout {
  std::string name;
  std::int32_t partitions = 1;
  Retention retention;

  bool operator==(const TopicLayout&) const = default;
};

/// The topics of a log. Fixed for the life of the log: keys are spread by the number of partitions.
using Layout = std::vector<TopicLayout>;

/// A sentence naming the first difference; empty when both hold the same topics, in any order.
std::string difference(const Layout& stored, const Layout& wanted);

/// Throws std::invalid_argument naming the topic whose name ([a-z0-9-]+, once) or partitions (>= 1) are wrong.
void validate(const Layout& layout);

}  // namespace zhida::log
