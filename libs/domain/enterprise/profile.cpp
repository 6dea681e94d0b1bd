#include "domain/enterprise/profile.hpp"

#include <algorithm>

namespace zhida::enterprise {

bool same(const RawValue& a, const RawValue& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case RawValue::Kind::null:
      return true;
    case RawValue::Kind::boolean:
      return a.boolean == b.boolean;
    case RawValue::Kind::integer:
      return a.integer == b.integer;
    case RawValue::Kind::real:
      return a.real == b.real;
    case RawValue::Kind::text:
      return a.text == b.text;
    case RawValue::Kind::list:
      return std::equal(a.list.begin(), a.list.end(), b.list.begin(), b.list.end());
    case RawValue::Kind::other:
      return false;
  }
  return false;
}

Merge merge(const Determination* known, std::uint64_t known_offset, const Determination& incoming, std::uint64_t incoming_offset) {
  if (known == nullptr) return Merge::applied;
  const Stamp before{known->as_of, known_offset}, after{incoming.as_of, incoming_offset};
  if (after < before) return Merge::older_as_of;
  if (after == before) return Merge::unchanged;
  return incoming_offset == Stamp::not_yet_recorded && incoming == *known ? Merge::unchanged : Merge::applied;
}

std::optional<bool> answer_on(const Determination& determination, domain::Date date) {
  if (determination.valid_to && date > *determination.valid_to) return std::nullopt;
  return determination.value;
}

}  // namespace zhida::enterprise
