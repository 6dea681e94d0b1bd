#include "matching/engine/key.hpp"

#include "matching/date.hpp"

#include <bit>
#include <cmath>

namespace zhida::matching::engine {
namespace {

using cel::Kind;
using cel::Value;

Key ordered_bits(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value == 0 ? 0.0 : value);
  return bits < 0 ? bits ^ std::numeric_limits<std::int64_t>::max() : bits;
}

double real_of(Key key) { return std::bit_cast<double>(key < 0 ? key ^ std::numeric_limits<std::int64_t>::max() : key); }

}  // namespace

bool has_key(cel::Type type) {
  if (type.is_list()) return false;
  return type.scalar == Kind::boolean || type.scalar == Kind::integer || type.scalar == Kind::real || type.scalar == Kind::timestamp;
}

std::optional<Key> key_of(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return value.as_boolean() ? 1 : 0;
    case Kind::integer:
      return value.as_integer();
    case Kind::real:
      if (std::isnan(value.as_real())) return std::nullopt;
      return ordered_bits(value.as_real());
    case Kind::timestamp: {
      const auto day = day_of(value);
      if (value.nanos() != 0 || midnight(day).seconds() != value.seconds()) return std::nullopt;
      return day.time_since_epoch().count();
    }
    default:
      return std::nullopt;
  }
}

Value value_of(Key key, Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return Value::boolean(key != 0);
    case Kind::real:
      return Value::real(real_of(key));
    case Kind::timestamp:
      return midnight(std::chrono::sys_days(std::chrono::days(key)));
    default:
      return Value::integer(key);
  }
}

KeyRange keys_of(Kind kind) {
  using namespace std::chrono;
  switch (kind) {
    case Kind::boolean:
      return {0, 1};
    case Kind::real:
      return {ordered_bits(-std::numeric_limits<double>::infinity()), ordered_bits(std::numeric_limits<double>::infinity())};
    case Kind::timestamp:
      return {sys_days(year(1) / January / 2).time_since_epoch().count(), sys_days(year(9999) / December / 31).time_since_epoch().count()};
    default:
      return {};
  }
}

}  // namespace zhida::matching::engine
