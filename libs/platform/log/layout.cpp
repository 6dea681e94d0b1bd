#include "platform/log/layout.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace zhida::log {
namespace {

const TopicLayout* find(const Layout& layout, const std::string& name) {
  const auto found = std::ranges::find(layout, name, &TopicLayout::name);
  return found == layout.end() ? nullptr : &*found;
}

bool is_topic_name(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

std::string to_string(const Retention& retention) {
  switch (retention.kind) {
    case Retention::Kind::forever:
      return "forever";
    case Retention::Kind::days:
      return fmt::format("{} days", retention.days);
    case Retention::Kind::compacted:
      return "compacted";
  }
  return "unknown";
}

std::string difference(const Layout& stored, const Layout& wanted) {
  for (const TopicLayout& topic : wanted) {
    const TopicLayout* old = find(stored, topic.name);
    if (!old) return fmt::format("the log has no topic {}", topic.name);
    if (old->partitions != topic.partitions)
      return fmt::format("topic {} has {} partitions in the log, {} are wanted", topic.name, old->partitions, topic.partitions);
    if (old->retention != topic.retention)
      return fmt::format("topic {} is kept {} in the log, {} is wanted", topic.name, to_string(old->retention), to_string(topic.retention));
  }
  for (const TopicLayout& topic : stored)
    if (!find(wanted, topic.name)) return fmt::format("the log has a topic {} that is not wanted", topic.name);
  return {};
}

void validate(const Layout& layout) {
  std::set<std::string> seen;
  for (const TopicLayout& topic : layout) {
    if (!is_topic_name(topic.name)) throw std::invalid_argument(fmt::format("\"{}\" is no topic name", topic.name));
    if (!seen.insert(topic.name).second) throw std::invalid_argument(fmt::format("topic {} stands twice", topic.name));
    if (topic.partitions < 1) throw std::invalid_argument(fmt::format("topic {} needs a partition", topic.name));
  }
}

}  // namespace zhida::log
