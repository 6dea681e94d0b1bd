#include "stores/fold/field_cache.hpp"

namespace zhida::stores {

const std::string& FieldCache::name(std::string_view key, std::string_view field) {
  name_.assign(key).push_back('\0');
  name_.append(field);
  return name_;
}

void FieldCache::make_room() {
  for (int i = 0; i < 2 && !ended_.empty(); ++i) ended_.erase(ended_.begin());
  if (recent_.size() < capacity_) return;
  ended_.swap(older_);
  older_.swap(recent_);  // an empty one comes back, with room for as many
}

const std::string* FieldCache::find(std::string_view key, std::string_view field) {
  const std::string& wanted = name(key, field);
  if (const auto found = recent_.find(wanted); found != recent_.end()) return &found->second;
  const auto found = older_.find(wanted);
  if (found == older_.end()) return nullptr;
  auto node = older_.extract(found);
  make_room();
  return &recent_.insert(std::move(node)).position->second;
}

void FieldCache::put(std::string_view key, std::string_view field, std::string value) {
  make_room();
  recent_.insert_or_assign(name(key, field), std::move(value));
  older_.erase(name_);
}

void FieldCache::forget(std::string_view key, std::string_view field) {
  recent_.erase(name(key, field));
  older_.erase(name_);
}

void FieldCache::clear() {
  recent_.clear();
  older_.clear();
  ended_.clear();
}

}  // namespace zhida::stores
