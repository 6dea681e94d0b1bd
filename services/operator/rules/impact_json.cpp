#include "operator/rules/impact_json.hpp"

#include "contracts/json.hpp"
#include "domain/policy/check.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace zhida::operators {
namespace {

using contracts::JsonWriter;

std::string_view verdict_name(std::size_t verdict) { return domain::name_of(static_cast<policy::Verdict>(verdict)); }

void write_moves(JsonWriter& writer, const campaign::ImpactTally& impact) {
  writer.key("moves");
  writer.begin_object();
  for (std::size_t from = 0; from < impact.moves.size(); ++from) {
    writer.key(verdict_name(from));
    writer.begin_object();
    for (std::size_t to = 0; to < impact.moves.size(); ++to) writer.member(verdict_name(to), impact.moves[from][to]);
    writer.end_object();
  }
  writer.end_object();
}

void write_change(JsonWriter& writer, std::string_view member, const campaign::ChangeTally& change) {
  writer.key(member);
  writer.begin_object();
  writer.member("count", change.count);
  writer.key("sample");
  writer.begin_array();
  for (const enterprise::Uscc& uscc : change.sample) writer.value(uscc.text());
  writer.end_array();
  std::vector<campaign::ConditionTally> parts = change.by;
  std::erase_if(parts, [](const campaign::ConditionTally& part) { return part.profiles == 0; });
  std::ranges::stable_sort(parts, std::ranges::greater(),
                           [](const campaign::ConditionTally& part) { return std::pair(part.alone, part.profiles); });
  writer.key("by");
  writer.begin_array();
  for (const campaign::ConditionTally& part : parts) {
    writer.begin_object();
    writer.member("leaves", part.leaves);
    writer.member("texts_zh", part.texts_zh);
    writer.member("count", part.profiles);
    writer.member("alone", part.alone);
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
}

}  // namespace

std::string impact_json(const campaign::ImpactTally& impact, domain::Date asof) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.member("asof", asof);
  write_moves(writer, impact);
  write_change(writer, "entered", impact.entered);
  write_change(writer, "left", impact.left);
  write_change(writer, "became_unknown", impact.became_unknown);
  writer.member("took_us", static_cast<std::int64_t>(impact.took.count()));
  writer.end_object();
  return text;
}

}  // namespace zhida::operators
