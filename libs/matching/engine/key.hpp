#pragma once

#include "cel/value.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace zhida::matching::engine {

/// Values that have an order are held as whole numbers in the same order, so that every comparison with a constant is a range of keys:
/// bool 0 and 1; int itself; double by the order of its bits (0.0 and -0.0 are one key); timestamp as days in Asia/Shanghai.
using Key = std::int64_t;

inline constexpr Key least_key = std::numeric_limits<Key>::min();
inline constexpr Key greatest_key = std::numeric_limits<Key>::max();

/// Whether values of the type have keys. Text and lists have words instead.
bool has_key(cel::Type type);

/// The key of a profile's value; nothing for a NaN and for a timestamp that is not midnight in Asia/Shanghai.
std::optional<Key> key_of(const cel::Value& value);

/// The value that has the key.
cel::Value value_of(Key key, cel::Kind kind);

/// Keys from `least` to `greatest`, both included; empty when they cross.
struct KeyRange {
  Key least = least_key;
  Key greatest = greatest_key;
  bool empty() const { return least > greatest; }
  bool contains(Key key) const { return key >= least && key <= greatest; }
  auto operator<=>(const KeyRange&) const = default;
};

/// The keys of a type that any value can have: days of the years 1 to 9999, doubles but NaN.
KeyRange keys_of(cel::Kind kind);

}  // namespace zhida::matching::engine
