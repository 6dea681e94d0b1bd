#include "stores/fold/generation.hpp"

#include "platform/redis/reply.hpp"

#include <map>

namespace zhida::stores {
namespace {

using Fields = std::map<std::string_view, std::string_view>;

std::optional<std::string_view> field(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

std::optional<Generation> generation(const Fields& fields, std::string_view name, const std::vector<std::string>& topics) {
  Generation result;
  result.name = name;
  const auto at = field(fields, result.name);
  if (!at) return std::nullopt;
  const auto vector = parse_position_vector(*at, topics);
  if (!vector) return std::nullopt;
  result.at = *vector;
  result.layout = field(fields, result.name + ":layout").value_or("");
  result.target.next.assign(topics.size(), 0);
  if (const auto target = field(fields, result.name + ":target"))
    if (const auto ends = parse_position_vector(*target, topics)) result.target = *ends;
  return result;
}

}  // namespace

std::optional<FoldMeta> FoldMeta::parse(const redis::Reply& reply, const std::vector<std::string>& topics) {
  if (reply.kind != redis::Reply::Kind::array || reply.items.empty()) return std::nullopt;
  Fields fields;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) fields.emplace(reply.items[i].text, reply.items[i + 1].text);
  FoldMeta meta;
  meta.log = field(fields, "log").value_or("");
  if (const auto live = field(fields, "live")) meta.live = generation(fields, *live, topics);
  if (const auto building = field(fields, "building")) meta.building = generation(fields, *building, topics);
  return meta;
}

std::string meta_key(std::string_view fold, int partition) { return "zhida:{" + std::to_string(partition) + "}:" + std::string(fold); }

std::string key_prefix(std::string_view fold, int partition, std::string_view generation) {
  return meta_key(fold, partition).append(":").append(generation).append(":");
}

}  // namespace zhida::stores
