#include "page/checkup/subject.hpp"

#include <algorithm>
#include <utility>

namespace zhida::page {

CheckedSubject::CheckedSubject(const stores::ProfileStore& profiles, const enterprise::Uscc& uscc, domain::Date date)
    : slots_(profiles.dictionary().size()), known_(profiles.attributes(uscc)), determinations_(profiles.determinations(uscc)) {
  profiles.slots(uscc, slots_);
  std::erase_if(determinations_, [date](const enterprise::Determination& each) { return !enterprise::answer_on(each, date); });
  determined_.reserve(determinations_.size());
  for (const enterprise::Determination& each : determinations_) determined_.push_back({each.condition, each.value});
}

void CheckedSubject::answer(std::uint32_t slot, cel::Value value) {
  slots_[slot] = value;
  answered_.push_back(slot);
}

std::size_t CheckedSubject::answered_bytes() const {
  std::size_t bytes = 0;
  for (const std::uint32_t slot : answered_) {
    const cel::Value& value = slots_[slot];
    if (value.kind() == cel::Kind::string) bytes += value.as_string().size();
    if (value.kind() == cel::Kind::list)
      for (const cel::Value& element : value.as_list()) bytes += element.as_string().size();
  }
  return bytes;
}

std::optional<Origin> CheckedSubject::origin(std::uint32_t slot) const {
  if (slot >= slots_.size() || slots_[slot].is_missing()) return std::nullopt;
  if (std::ranges::find(answered_, slot) != answered_.end()) return Origin{"answer", std::nullopt, true};
  const stores::KnownAttribute* found = nullptr;
  for (auto at = std::ranges::lower_bound(known_, slot, {}, &stores::KnownAttribute::slot); at != known_.end() && at->slot == slot; ++at)
    if (!at->value.is_missing()) found = &*at;  // a derived value stands behind the removed one
  if (found == nullptr) return std::nullopt;
  return Origin{found->source, found->as_of, false};
}

const enterprise::Determination* CheckedSubject::determination(std::string_view condition) const {
  const auto found = std::ranges::find(determinations_, condition, &enterprise::Determination::condition);
  return found == determinations_.end() ? nullptr : &*found;
}

}  // namespace zhida::page
