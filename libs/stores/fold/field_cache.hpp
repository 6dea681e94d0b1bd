#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace zhida::stores {

/// The fields of one generation that its folder wrote or read last. Right as long as every commit succeeds, because then nobody else
/// wrote; forget everything on the first refusal or error.
///
/// Keeps at least the `capacity` fields used last and at most twice as many. Every call takes a moment only: what is no longer kept is
/// destroyed a little with each.
class FieldCache {
 public:
  explicit FieldCache(std::size_t capacity) : capacity_(capacity) {}

  /// Null if not known. Valid until the next call of a member.
  const std::string* find(std::string_view key, std::string_view field);
  void put(std::string_view key, std::string_view field, std::string value);
  void forget(std::string_view key, std::string_view field);
  void clear();

 private:
  const std::string& name(std::string_view key, std::string_view field);
  void make_room();

  using Values = std::unordered_map<std::string, std::string>;

  std::size_t capacity_;
  Values recent_;
  Values older_;
  Values ended_;      // being destroyed; empty before `recent_` is full again
  std::string name_;  // reused
};

}  // namespace zhida::stores
