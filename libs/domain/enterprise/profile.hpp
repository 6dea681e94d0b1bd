#pragma once

#include "domain/date_time.hpp"
#include "domain/enum_names.hpp"
#include "matching/dictionary.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::enterprise {

/// A value of an attribute as a message has it: a view; `null` = the value is removed.
using RawValue = matching::RawValue;

/// Two raw values that say the same.
bool same(const RawValue& a, const RawValue& b);

/// What decides between two statements about one attribute of one enterprise: the later `as_of`, on the same day the later record.
struct Stamp {
  domain::Date as_of;
  std::uint64_t offset = 0;  ///< of the record in the log; `not_yet_recorded` for a statement that is just being made

  static constexpr std::uint64_t not_yet_recorded = std::numeric_limits<std::uint64_t>::max();

  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

/// What became of one statement about an attribute.
enum class Merge : std::uint8_t {
  applied,      ///< it is now what is known
  older_as_of,  ///< something newer is known, a removal included; it only joins the history
  unchanged,    ///< it says what is known already: same value, same day, same source
};

/// One statement: `value` of any type that compares, a removal among its values. A removal keeps its own `as_of`, so that an older
/// value that arrives late does not come back.
template <class Value>
struct Statement {
  Value value;
  Stamp stamp;
  std::string_view source;
};

/// Compares a statement with what is known (nullptr = nothing was ever said). A recorded one that repeats what is known is `applied` all
/// the same, because a record between the two may still come: so folding, with `applied` as "replaces", has the same result in whatever
/// order records come. `unchanged` is what is just being made, or the very same record.
template <class Value>
Merge merge(const Statement<Value>* known, const Statement<Value>& incoming) {
  if (known == nullptr) return Merge::applied;
  if (incoming.stamp < known->stamp) return Merge::older_as_of;
  if (incoming.stamp == known->stamp) return Merge::unchanged;
  const bool repeats = incoming.stamp.offset == Stamp::not_yet_recorded && incoming.stamp.as_of == known->stamp.as_of &&
                       incoming.source == known->source && incoming.value == known->value;
  return repeats ? Merge::unchanged : Merge::applied;
}

/// An office's answer to a manual condition for one enterprise 人工认定.
struct Determination {
  std::string condition;
  bool value = false;
  std::string decided_by;
  domain::Date as_of{};
  std::optional<domain::Date> valid_to;  ///< last day; nothing = no end
  std::string basis;

  friend bool operator==(const Determination&, const Determination&) = default;
};

/// As `merge` of statements; `known_offset` and `incoming_offset` are those of their records.
Merge merge(const Determination* known, std::uint64_t known_offset, const Determination& incoming, std::uint64_t incoming_offset);

/// The answer in force on `date`: nothing after `valid_to`; then the condition is manual again.
std::optional<bool> answer_on(const Determination& determination, domain::Date date);

}  // namespace zhida::enterprise

template <>
struct zhida::domain::EnumNames<zhida::enterprise::Merge> {
  static constexpr std::array<std::string_view, 3> names{"applied", "older_as_of", "unchanged"};
};
