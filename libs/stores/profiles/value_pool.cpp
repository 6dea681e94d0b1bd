#include "stores/profiles/value_pool.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <stdexcept>

namespace zhida::stores {

std::uint32_t ValuePool::text(std::string_view text) {
  if (4 * (texts_.size() + 1) > 3 * places_.size()) grow();
  const std::size_t hash = std::hash<std::string_view>()(text), mask = places_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32U);
  std::size_t at = hash & mask;
  for (; places_[at].number != 0; at = (at + 1) & mask)
    if (places_[at].hash == tag && texts_[places_[at].number - 1] == text) return places_[at].number - 1;
  const std::string& kept = texts_.emplace_back(text);
  places_[at] = {tag, static_cast<std::uint32_t>(texts_.size())};
  memory_ += sizeof(std::string) + (kept.size() < sizeof(std::string) / 2 ? 0 : kept.size()) + 2 * sizeof(Place);
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

void ValuePool::grow() {
  places_.assign(std::max<std::size_t>(1024, 2 * places_.size()), {});
  const std::size_t mask = places_.size() - 1;
  for (std::uint32_t number = 0; number < texts_.size(); ++number) {
    const std::size_t hash = std::hash<std::string_view>()(texts_[number]);
    std::size_t at = hash & mask;
    while (places_[at].number != 0) at = (at + 1) & mask;
    places_[at] = {static_cast<std::uint32_t>(hash >> 32U), number + 1};
  }
}

std::uint32_t ValuePool::list(std::span<const cel::Value> elements) {
  list_name_.clear();
  for (const cel::Value& element : elements) {
    if (element.kind() != cel::Kind::string) throw std::logic_error("a list of other than texts");
    const std::uint32_t number = text(element.as_string());
    list_name_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  if (const auto found = list_numbers_.find(list_name_); found != list_numbers_.end()) return found->second;
  std::vector<cel::Value> kept;
  kept.reserve(elements.size());
  for (const cel::Value& element : elements) kept.push_back(cel::Value::string(texts_[text(element.as_string())]));
  const auto number = static_cast<std::uint32_t>(lists_.size());
  lists_.push_back(std::move(kept));
  list_numbers_.emplace(list_name_, number);
  memory_ += 128 + elements.size() * (sizeof(cel::Value) + sizeof(std::uint32_t));
  return number;
}

PackedValue ValuePool::pack(const cel::Value& value) {
  PackedValue packed;
  packed.kind = value.kind();
  switch (value.kind()) {
    case cel::Kind::missing:
      return packed;
    case cel::Kind::boolean:
      packed.bits = value.as_boolean() ? 1 : 0;
      return packed;
    case cel::Kind::integer:
      packed.bits = static_cast<std::uint64_t>(value.as_integer());
      return packed;
    case cel::Kind::real:
      packed.bits = std::bit_cast<std::uint64_t>(value.as_real());
      return packed;
    case cel::Kind::string:
      packed.bits = text(value.as_string());
      return packed;
    case cel::Kind::timestamp:
      packed.bits = static_cast<std::uint64_t>(value.seconds());
      return packed;
    case cel::Kind::list:
      packed.bits = list(value.as_list());
      return packed;
    case cel::Kind::error:
    case cel::Kind::duration:
      break;
  }
  throw std::logic_error("not a value of an attribute");
}

cel::Value ValuePool::unpack(const PackedValue& value) const {
  switch (value.kind) {
    case cel::Kind::boolean:
      return cel::Value::boolean(value.bits != 0);
    case cel::Kind::integer:
      return cel::Value::integer(static_cast<std::int64_t>(value.bits));
    case cel::Kind::real:
      return cel::Value::real(std::bit_cast<double>(value.bits));
    case cel::Kind::string:
      return cel::Value::string(texts_[value.bits]);
    case cel::Kind::timestamp:
      return cel::Value::timestamp(static_cast<std::int64_t>(value.bits));
    case cel::Kind::list:
      return cel::Value::list(lists_[value.bits]);
    case cel::Kind::missing:
    case cel::Kind::error:
    case cel::Kind::duration:
      break;
  }
  return cel::Value::missing();
}

}  // namespace zhida::stores
