#include "platform/redis/routing.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace zhida::redis {
namespace {

using Words = std::vector<std::string_view>;

bool same(std::string_view word, std::string_view upper) {
  return std::ranges::equal(word, upper, [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
}
bool one_of(std::string_view word, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [word](std::string_view name) { return same(word, name); });
}

constexpr auto everywhere = std::to_array<std::string_view>({"SCRIPT", "FLUSHALL"});
constexpr auto keyless = std::to_array<std::string_view>({"PING", "ECHO", "TIME", "INFO", "DBSIZE", "ACL", "CLUSTER", "COMMAND", "CONFIG",
                                                          "CLIENT", "LATENCY", "MEMORY", "MULTI", "EXEC", "DISCARD"});
constexpr auto reading = std::to_array<std::string_view>({"HGET", "HMGET", "HGETALL", "HKEYS", "HVALS", "HLEN", "HEXISTS", "HSCAN",
                                                          "EXISTS", "SCAN", "GET", "MGET", "TYPE", "STRLEN", "KEYS", "PING"});

std::string unescaped(std::string_view pattern) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    text += pattern[i];
  }
  return text;
}

std::optional<Slot> slot_of_command(const Words& words) {
  const std::string_view name = words.front();
  if (words.size() < 2 || one_of(name, keyless)) return std::nullopt;
  if (same(name, "EVALSHA") || same(name, "EVAL")) {
    if (words.size() < 4 || words[2] == "0") return std::nullopt;
    return slot_of(words[3]);
  }
  if (same(name, "KEYS")) return slot_of(unescaped(words[1]));
  if (same(name, "SCAN")) {
    for (std::size_t i = 2; i + 1 < words.size(); i += 2)
      if (same(words[i], "MATCH")) return slot_of(unescaped(words[i + 1]));
    return std::nullopt;
  }
  return slot_of(words[1]);
}

}  // namespace

std::vector<Routed> route(const Commands& commands) {
  constexpr std::size_t enough = 8;  // words: SCAN cursor MATCH pattern COUNT n TYPE t
  std::vector<Routed> all;
  all.reserve(commands.size());
  bool together = false;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const Words words = commands.words(i, enough);
    const std::optional<Slot> slot = one_of(words.front(), everywhere) ? std::nullopt : slot_of_command(words);
    if (together) {
      Routed& unit = all.back();
      ++unit.count;
      if (slot && unit.to == Routed::To::any) {
        unit.to = Routed::To::slot;
        unit.slot = *slot;
      }
      const bool ends = same(words.front(), "EXEC") || same(words.front(), "DISCARD");
      if (!ends && !one_of(words.front(), reading)) unit.only_reads = false;
      together = !ends;
      continue;
    }
    Routed unit;
    unit.first = i;
    if (one_of(words.front(), everywhere)) {
      unit.to = Routed::To::every;
    } else if (slot) {
      unit.to = Routed::To::slot;
      unit.slot = *slot;
    }
    together = same(words.front(), "MULTI");
    unit.only_reads = together || one_of(words.front(), reading);
    all.push_back(unit);
  }
  return all;
}

}  // namespace zhida::redis
