#pragma once

#include "platform/redis/reply.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::simulation {

/// A Redis server as far as the stores use one: a few commands, and their scripts by what they do, one command at a time.
///
/// redis_model_test.cpp compares it with a real server. What it does not know it refuses by throwing std::logic_error.
class RedisModel {
 public:
  using Hash = std::map<std::string, std::string, std::less<>>;
  struct Value {
    bool is_hash = true;
    Hash hash;
    std::string text;  ///< if it is no hash

    friend bool operator==(const Value&, const Value&) = default;
  };
  using Keys = std::map<std::string, Value, std::less<>>;
  using Words = std::vector<std::string_view>;

  /// `now_ms`: the server's clock.
  explicit RedisModel(std::function<std::int64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

  redis::Reply execute(const Words& command);

  const Keys& keys() const { return keys_; }
  /// The server comes back with these keys, and without its scripts.
  void restart(Keys keys);

  // Seams for planted bugs.
  bool ignores_position = false;  ///< a commit is never refused
  bool tears_commits = false;     ///< a commit may end before its last hash, with the position written
  bool keeps_meta = false;        ///< FLUSHALL leaves the hashes that say where folds stand

 private:
  redis::Reply run(std::string_view sha, const Words& keys, const Words& arguments);
  redis::Reply open(std::string_view meta, const Words& arguments);
  redis::Reply commit(const Words& keys, const Words& arguments);
  redis::Reply swap(std::string_view meta, const Words& arguments);
  redis::Reply abandon(std::string_view meta, const Words& arguments);
  redis::Reply scan(const Words& command);
  redis::Reply script(const Words& command);
  redis::Reply about_keys(const Words& command);
  redis::Reply about_hash(const Words& command);

  Hash* hash_of(std::string_view key);
  void set(std::string_view key, std::string_view field, std::string_view value);
  bool remove(std::string_view key, std::string_view field);
  /// Nothing: no such field.
  const std::string* get(std::string_view key, std::string_view field);

  std::function<std::int64_t()> now_ms_;
  Keys keys_;
  std::set<std::string, std::less<>> scripts_;
  std::map<std::int64_t, std::string> cursors_;  // → the last key shown
  std::uint64_t next_tear_ = 0;
};

}  // namespace zhida::simulation
