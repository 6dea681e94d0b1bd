#include "domain/effect/counters.hpp"

#include <algorithm>

namespace zhida::effect {
namespace {

std::uint64_t mix(std::uint64_t value) {  // the finaliser of MurmurHash3
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdULL;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33);
}

std::uint64_t hash(const CounterKey& key) {
  const std::uint64_t places = static_cast<std::uint64_t>(key.campaign) << 32 | key.hour;
  const std::uint64_t rest =
      static_cast<std::uint64_t>(key.street) << 16 | static_cast<std::uint64_t>(key.measure) << 8 | static_cast<std::uint64_t>(key.size);
  return mix(key.item ^ mix(places ^ mix(rest)));
}

}  // namespace

std::size_t Counters::slot_of(const CounterKey& key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash(key) & mask;
  while (taken_[slot] && slots_[slot].key != key) slot = (slot + 1) & mask;
  return slot;
}

void Counters::grow() {
  std::vector<Entry> old(std::max<std::size_t>(64, slots_.size() * 2));
  std::vector<bool> taken(old.size());
  old.swap(slots_);
  taken.swap(taken_);
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (i >= taken.size() || !taken[i]) continue;
    const std::size_t slot = slot_of(old[i].key);
    slots_[slot] = old[i];
    taken_[slot] = true;
  }
}

void Counters::add(const CounterKey& key, std::int64_t amount) {
  if (amount == 0) return;
  if (used_ * 4 >= slots_.size() * 3) grow();
  const std::size_t slot = slot_of(key);
  if (!taken_[slot]) {
    taken_[slot] = true;
    slots_[slot] = {key, 0};
    ++used_;
  }
  slots_[slot].value += amount;
}

void Counters::add(const Counters& other) {
  for (const Entry& entry : other.entries()) add(entry.key, entry.value);
}

void Counters::subtract(const Counters& other) {
  for (const Entry& entry : other.entries()) add(entry.key, -entry.value);
}

std::int64_t Counters::value(const CounterKey& key) const {
  if (slots_.empty()) return 0;
  const std::size_t slot = slot_of(key);
  return taken_[slot] ? slots_[slot].value : 0;
}

std::vector<Counters::Entry> Counters::entries() const {
  std::vector<Entry> found;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (taken_[i] && slots_[i].value != 0) found.push_back(slots_[i]);
  return found;
}

std::vector<Counters::Entry> Counters::sorted() const {
  std::vector<Entry> found = entries();
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  return found;
}

void Counters::clear() {
  taken_.assign(taken_.size(), false);
  used_ = 0;
}

}  // namespace zhida::effect
