#include "simulation/redis_model.hpp"

#include "platform/redis/script.hpp"
#include "stores/fold/scripts.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

namespace zhida::simulation {
namespace {

using redis::Reply;
namespace scripts = stores::scripts;

constexpr std::size_t page = 10;

Reply text(std::string_view words) {
  Reply reply;
  reply.kind = Reply::Kind::text;
  reply.text = words;
  return reply;
}

Reply number(std::int64_t value) {
  Reply reply;
  reply.kind = Reply::Kind::integer;
  reply.integer = value;
  return reply;
}

Reply error(std::string words) {
  Reply reply;
  reply.kind = Reply::Kind::error;
  reply.text = std::move(words);
  return reply;
}

Reply array() {
  Reply reply;
  reply.kind = Reply::Kind::array;
  return reply;
}

Reply wrong_type() { return error("WRONGTYPE Operation against a key holding the wrong kind of value"); }

std::int64_t number_in(std::string_view digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

[[noreturn]] void unknown(std::string_view what) { throw std::logic_error("the model of Redis does not know " + std::string(what)); }

// What the stores search for: a prefix with its special characters escaped, and a star.
std::string prefix_of(std::string_view pattern) {
  std::string prefix;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*' && i + 1 == pattern.size()) return prefix;
    if (pattern[i] == '\\')
      ++i;
    else if (std::string_view("*?[]").find(pattern[i]) != std::string_view::npos)
      break;
    prefix += pattern[i];
  }
  unknown(pattern);
}

std::string in_base_36(std::int64_t ms) {
  std::string name;
  for (; ms > 0; ms /= 36) name.insert(name.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[ms % 36]);
  return name;
}

struct WrongType {};

}  // namespace

void RedisModel::restart(Keys keys) {
  keys_ = std::move(keys);
  scripts_.clear();
}

RedisModel::Hash* RedisModel::hash_of(std::string_view key) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return nullptr;
  if (!found->second.is_hash) throw WrongType();
  return &found->second.hash;
}

const std::string* RedisModel::get(std::string_view key, std::string_view field) {
  const Hash* const hash = hash_of(key);
  if (hash == nullptr) return nullptr;
  const auto found = hash->find(field);
  return found == hash->end() ? nullptr : &found->second;
}

void RedisModel::set(std::string_view key, std::string_view field, std::string_view value) {
  hash_of(key);
  Hash& hash = keys_[std::string(key)].hash;
  const auto found = hash.find(field);
  if (found == hash.end())
    hash.emplace(field, value);
  else
    found->second = value;
}

bool RedisModel::remove(std::string_view key, std::string_view field) {
  Hash* const hash = hash_of(key);
  if (hash == nullptr) return false;
  const auto found = hash->find(field);
  if (found == hash->end()) return false;
  hash->erase(found);
  if (hash->empty()) keys_.erase(keys_.find(key));
  return true;
}

Reply RedisModel::execute(const Words& command) {
  const std::string_view name = command.front();
  try {
    if (name.starts_with('H')) return about_hash(command);
    if (name == "EVALSHA" || name == "EVAL" || name == "SCRIPT") return script(command);
    if (name == "SCAN") return scan(command);
    return about_keys(command);
  } catch (const WrongType&) {
    return wrong_type();
  }
}

Reply RedisModel::about_keys(const Words& command) {
  const std::string_view name = command.front();
  if (name == "PING") return text("PONG");
  if (name == "FLUSHALL") {
    if (keeps_meta)
      std::erase_if(keys_, [](const auto& key) { return key.first.find("}:deliveries:") != std::string::npos; });
    else
      keys_.clear();
    return text("OK");
  }
  if (name == "SET") {
    Value value;
    value.is_hash = false;
    value.text = command[2];
    keys_[std::string(command[1])] = std::move(value);
    return text("OK");
  }
  if (name == "TYPE") {
    const auto found = keys_.find(command[1]);
    return text(found == keys_.end() ? "none" : found->second.is_hash ? "hash" : "string");
  }
  if (name == "DEL" || name == "UNLINK" || name == "EXISTS") {
    std::int64_t count = 0;
    for (std::size_t i = 1; i < command.size(); ++i) {
      const auto found = keys_.find(command[i]);
      if (found == keys_.end()) continue;
      ++count;
      if (name != "EXISTS") keys_.erase(found);
    }
    return number(count);
  }
  unknown(name);
}

Reply RedisModel::about_hash(const Words& command) {
  const std::string_view name = command.front();
  const Hash* const hash = hash_of(command[1]);
  if (name == "HGET") {
    const std::string* const value = get(command[1], command[2]);
    return value == nullptr ? Reply() : text(*value);
  }
  if (name == "HMGET") {
    Reply reply = array();
    for (std::size_t i = 2; i < command.size(); ++i) {
      const std::string* const value = get(command[1], command[i]);
      reply.items.push_back(value == nullptr ? Reply() : text(*value));
    }
    return reply;
  }
  if (name == "HGETALL" || name == "HKEYS") {
    Reply reply = array();
    if (hash == nullptr) return reply;
    for (const auto& [field, value] : *hash) {
      reply.items.push_back(text(field));
      if (name == "HGETALL") reply.items.push_back(text(value));
    }
    return reply;
  }
  if (name == "HLEN") return number(hash == nullptr ? 0 : static_cast<std::int64_t>(hash->size()));
  std::int64_t count = 0;
  if (name == "HSET") {
    for (std::size_t i = 2; i + 1 < command.size(); i += 2) {
      if (get(command[1], command[i]) == nullptr) ++count;
      set(command[1], command[i], command[i + 1]);
    }
    return number(count);
  }
  if (name == "HDEL") {
    for (std::size_t i = 2; i < command.size(); ++i)
      if (remove(command[1], command[i])) ++count;
    return number(count);
  }
  unknown(name);
}

// Every key that is there from the first page to the last is shown: pages go by the keys' order, and a cursor stands for where one ended.
Reply RedisModel::scan(const Words& command) {
  std::optional<std::string> prefix;
  std::size_t count = page;
  for (std::size_t i = 2; i + 1 < command.size(); i += 2) {
    if (command[i] == "MATCH")
      prefix = prefix_of(command[i + 1]);
    else if (command[i] == "COUNT")
      count = static_cast<std::size_t>(number_in(command[i + 1]));
    else
      unknown(command[i]);
  }
  const auto begun = cursors_.find(number_in(command[1]));
  auto at = begun == cursors_.end() ? keys_.begin() : keys_.upper_bound(begun->second);
  Reply found = array();
  std::string last;
  for (std::size_t shown = 0; at != keys_.end() && shown < count; ++at, ++shown) {
    last = at->first;
    if (!prefix || last.starts_with(*prefix)) found.items.push_back(text(last));
  }
  std::int64_t cursor = 0;
  if (at != keys_.end()) {
    cursor = static_cast<std::int64_t>(cursors_.size()) + 1;
    cursors_[cursor] = last;
  }
  Reply reply = array();
  reply.items.push_back(text(std::to_string(cursor)));
  reply.items.push_back(std::move(found));
  return reply;
}

Reply RedisModel::script(const Words& command) {
  if (command.front() == "SCRIPT") {
    if (command[1] != "LOAD") unknown(command[1]);
    const redis::Script loaded{std::string(command[2])};
    scripts_.insert(std::string(loaded.sha()));
    return text(loaded.sha());
  }
  std::string sha(command[1]);
  if (command.front() == "EVAL") {
    sha = redis::Script(sha).sha();
    scripts_.insert(sha);
  }
  if (!scripts_.contains(sha)) return error("NOSCRIPT No matching script. Please use EVAL.");
  const auto count = static_cast<std::ptrdiff_t>(number_in(command[2]));
  return run(sha, Words(command.begin() + 3, command.begin() + 3 + count), Words(command.begin() + 3 + count, command.end()));
}

Reply RedisModel::run(std::string_view sha, const Words& keys, const Words& arguments) {
  if (sha == scripts::commit().sha()) return commit(keys, arguments);
  if (sha == scripts::open().sha()) return open(keys[0], arguments);
  if (sha == scripts::swap().sha()) return swap(keys[0], arguments);
  if (sha == scripts::abandon().sha()) return abandon(keys[0], arguments);
  unknown("a script");
}

Reply RedisModel::open(std::string_view meta, const Words& arguments) {
  const std::string_view log = arguments[0], layout = arguments[1], zero = arguments[2], ends = arguments[3];
  if (const auto found = keys_.find(meta); found != keys_.end()) {
    const std::string* const folded = found->second.is_hash ? get(meta, "log") : nullptr;
    if (folded == nullptr || *folded != log) keys_.erase(found);
  }
  const auto name_in = [&](std::string_view field) {
    const std::string* const name = get(meta, field);
    return name == nullptr ? std::string() : *name;
  };
  const auto has_layout = [&](const std::string& name) {
    const std::string* const known = get(meta, name + ":layout");
    return known != nullptr && *known == layout;
  };
  std::string live = name_in("live"), building = name_in("building");
  if (!live.empty() && get(meta, live) == nullptr) {
    remove(meta, "live");
    live.clear();
  }
  if (!building.empty() && (get(meta, building) == nullptr || !has_layout(building))) {
    for (const std::string& field : {std::string("building"), building, building + ":layout", building + ":target"}) remove(meta, field);
    building.clear();
  }
  if (building.empty() && (live.empty() || !has_layout(live) || arguments[4] == "1")) {
    std::int64_t ms = now_ms_();
    std::string name = in_base_36(ms);
    if (name == live) name = in_base_36(++ms);
    set(meta, "log", log);
    set(meta, "building", name);
    set(meta, name, zero);
    set(meta, name + ":layout", layout);
    set(meta, name + ":target", ends);
  }
  return about_hash({"HGETALL", meta});
}

Reply RedisModel::commit(const Words& keys, const Words& arguments) {
  const std::string* const log = get(keys[0], "log");
  const std::string* const at = get(keys[0], arguments[1]);
  const bool holds = at != nullptr && (ignores_position || *at == arguments[2]);
  if (log == nullptr || *log != arguments[0] || !holds) return number(0);
  for (std::size_t i = 1; i < keys.size(); ++i)
    if (const auto found = keys_.find(keys[i]); found != keys_.end() && !found->second.is_hash)
      return error("WRONGTYPE " + std::string(keys[i]));
  std::size_t next = 4;
  const std::size_t hashes = tears_commits && keys.size() > 2 && next_tear_++ % 5 == 0 ? keys.size() - 1 : keys.size();
  for (std::size_t i = 1; i < hashes; ++i) {
    const std::int64_t sets = number_in(arguments[next]), removals = number_in(arguments[next + 1]);
    next += 2;
    for (std::int64_t n = 0; n < sets; ++n, next += 2) set(keys[i], arguments[next], arguments[next + 1]);
    for (std::int64_t n = 0; n < removals; ++n) remove(keys[i], arguments[next++]);
  }
  set(keys[0], arguments[1], arguments[3]);
  return number(1);
}

Reply RedisModel::swap(std::string_view meta, const Words& arguments) {
  const std::string name(arguments[1]);
  const std::string *const log = get(meta, "log"), *const building = get(meta, "building"), *const at = get(meta, name);
  if (log == nullptr || *log != arguments[0] || building == nullptr || *building != name || at == nullptr || *at != arguments[2])
    return number(0);
  if (const std::string* const found = get(meta, "live")) {
    const std::string live = *found;
    remove(meta, live);
    remove(meta, live + ":layout");
  }
  remove(meta, "building");
  remove(meta, name + ":target");
  set(meta, "live", name);
  return number(1);
}

Reply RedisModel::abandon(std::string_view meta, const Words& arguments) {
  const std::string name(arguments[1]);
  const std::string *const log = get(meta, "log"), *const at = get(meta, name);
  if (log == nullptr || *log != arguments[0] || at == nullptr || *at != arguments[2]) return number(0);
  for (const std::string& field : {name, name + ":layout", name + ":target"}) remove(meta, field);
  for (const std::string_view role : {"live", "building"})
    if (const std::string* const held = get(meta, role); held != nullptr && *held == name) remove(meta, role);
  return number(1);
}

}  // namespace zhida::simulation
