#include "contracts/queries/tally_json.hpp"

#include <algorithm>
#include <utility>

namespace zhida::contracts {
namespace {

using campaign::AudienceTally;
using campaign::ChangeTally;
using campaign::ConditionTally;
using campaign::ImpactTally;
using campaign::RuleTally;
using campaign::VerdictCounts;

void write_sample(JsonWriter& writer, const std::vector<enterprise::Uscc>& sample) {
  writer.key("sample");
  writer.begin_array();
  for (const enterprise::Uscc& uscc : sample) writer.value(uscc.text());
  writer.end_array();
}

void write_counts(JsonWriter& writer, const VerdictCounts& counts) {
  writer.begin_array();
  for (const std::uint64_t count : counts) writer.value(count);
  writer.end_array();
}

void write(JsonWriter& writer, const RuleTally& tally) {
  writer.key("counts");
  write_counts(writer, tally.counts);
  writer.key("near");
  writer.begin_array();
  for (const RuleTally::Near& near : tally.near) {
    writer.begin_object();
    writer.member("number", near.number);
    writer.member("leaf", near.leaf);
    writer.member("count", near.count);
    writer.end_object();
  }
  writer.end_array();
  write_sample(writer, tally.sample);
}

void write(JsonWriter& writer, const AudienceTally& tally) {
  writer.member("audience", tally.audience);
  writer.key("verdicts");
  writer.begin_array();
  for (const VerdictCounts& counts : tally.verdicts) write_counts(writer, counts);
  writer.end_array();
  write_sample(writer, tally.sample);
}

void write_change(JsonWriter& writer, std::string_view name, const ChangeTally& change) {
  writer.key(name);
  writer.begin_object();
  writer.member("count", change.count);
  write_sample(writer, change.sample);
  writer.key("by");
  writer.begin_array();
  for (const ConditionTally& condition : change.by) {
    writer.begin_object();
    writer.member("leaves", condition.leaves);
    writer.member("texts_zh", condition.texts_zh);
    writer.member("profiles", condition.profiles);
    writer.member("alone", condition.alone);
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
}

void write(JsonWriter& writer, const ImpactTally& tally) {
  writer.key("moves");
  writer.begin_array();
  for (const VerdictCounts& counts : tally.moves) write_counts(writer, counts);
  writer.end_array();
  write_change(writer, "entered", tally.entered);
  write_change(writer, "left", tally.left);
  write_change(writer, "became_unknown", tally.became_unknown);
}

std::uint64_t read_count(JsonReader& reader, std::string_view name) {
  std::int64_t count = 0;
  reader.required(name, count);
  return static_cast<std::uint64_t>(count);
}

std::vector<enterprise::Uscc> read_sample(JsonReader& reader) {
  std::vector<std::string> texts;
  std::vector<enterprise::Uscc> sample;
  reader.required("sample", texts);
  for (const std::string& text : texts) {
    if (const auto uscc = enterprise::Uscc::parse(text))
      sample.push_back(*uscc);
    else
      reader.report("sample", "uscc", "holds what is no code.", "含无效的统一社会信用代码。");
  }
  return sample;
}

VerdictCounts counts_of(JsonReader& reader, std::string_view name, const std::vector<std::int64_t>& numbers) {
  VerdictCounts counts{};
  if (numbers.size() != counts.size()) {
    reader.report(name, "length", "must be four counts.", "应为四个计数。");
    return counts;
  }
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<std::uint64_t>(numbers[i]);
  return counts;
}

void read(JsonReader& reader, RuleTally& tally) {
  std::vector<std::int64_t> counts;
  reader.required("counts", counts);
  tally.counts = counts_of(reader, "counts", counts);
  std::size_t index = 0;
  for (const Json* const element : reader.elements("near")) {
    JsonReader inner(*element, reader.errors(), reader.child("near", index++));
    RuleTally::Near near;
    near.number = static_cast<std::uint32_t>(read_count(inner, "number"));
    inner.required("leaf", near.leaf);
    near.count = read_count(inner, "count");
    tally.near.push_back(std::move(near));
  }
  tally.sample = read_sample(reader);
}

std::vector<VerdictCounts> read_table(JsonReader& reader, std::string_view name) {
  std::vector<std::vector<std::int64_t>> rows;
  reader.required(name, rows);
  std::vector<VerdictCounts> table;
  for (const auto& row : rows) table.push_back(counts_of(reader, name, row));
  return table;
}

void read(JsonReader& reader, AudienceTally& tally) {
  tally.audience = read_count(reader, "audience");
  tally.verdicts = read_table(reader, "verdicts");
  tally.sample = read_sample(reader);
}

void read_change(JsonReader& reader, std::string_view name, ChangeTally& change) {
  const Json* const value = reader.object(name);
  if (value == nullptr) return;
  JsonReader inner(*value, reader.errors(), reader.child(name));
  change.count = read_count(inner, "count");
  change.sample = read_sample(inner);
  std::size_t index = 0;
  for (const Json* const element : inner.elements("by")) {
    JsonReader each(*element, inner.errors(), inner.child("by", index++));
    ConditionTally condition;
    each.required("leaves", condition.leaves);
    each.required("texts_zh", condition.texts_zh);
    condition.profiles = read_count(each, "profiles");
    condition.alone = read_count(each, "alone");
    change.by.push_back(std::move(condition));
  }
}

void read(JsonReader& reader, ImpactTally& tally) {
  const std::vector<VerdictCounts> moves = read_table(reader, "moves");
  if (moves.size() == tally.moves.size())
    std::ranges::copy(moves, tally.moves.begin());
  else
    reader.report("moves", "length", "must be four rows.", "应为四行。");
  read_change(reader, "entered", tally.entered);
  read_change(reader, "left", tally.left);
  read_change(reader, "became_unknown", tally.became_unknown);
}

template <class Each>
Tally read_as(JsonReader& reader) {
  Each tally;
  read(reader, tally);
  tally.took = std::chrono::microseconds(read_count(reader, "took_us"));
  return tally;
}

}  // namespace

std::string to_json(const Tally& tally) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  std::visit(
      [&writer](const auto& each) {
        write(writer, each);
        writer.member("took_us", static_cast<std::int64_t>(each.took.count()));
      },
      tally);
  writer.end_object();
  return json;
}

Checked<Tally> read_tally(std::string_view json, std::size_t kind) {
  return read_json<Tally>(json, [kind](JsonReader& reader) {
    if (kind == 0) return read_as<RuleTally>(reader);
    return kind == 1 ? read_as<AudienceTally>(reader) : read_as<ImpactTally>(reader);
  });
}

}  // namespace zhida::contracts
