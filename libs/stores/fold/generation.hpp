#pragma once

#include "stores/fold/position_vector.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::redis {
struct Reply;
}

namespace zhida::stores {

/// One complete state of a fold in one partition, in keys of its own.
struct Generation {
  std::string name;
  std::string layout;
  PositionVector at;
  PositionVector target;  ///< while it is being built: the log's ends when it began; live once `at` reaches them
};

/// The meta hash of a fold in one partition, `zhida:{p}:<fold>`: fields `log`, `live` and `building` (names of generations), and per
/// generation `<name>` (its position vector), `<name>:layout`, `<name>:target`.
struct FoldMeta {
  std::string log;
  std::optional<Generation> live;
  std::optional<Generation> building;

  /// Reads the reply of HGETALL; nothing if it is not such a hash.
  static std::optional<FoldMeta> parse(const redis::Reply& reply, const std::vector<std::string>& topics);
};

/// `zhida:{p}:<fold>`. The braces keep all keys of a partition in one slot of a Redis Cluster.
std::string meta_key(std::string_view fold, int partition);

/// `zhida:{p}:<fold>:<generation>:`, before every key of the generation.
std::string key_prefix(std::string_view fold, int partition, std::string_view generation);

}  // namespace zhida::stores
