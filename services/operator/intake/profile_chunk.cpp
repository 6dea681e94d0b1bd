#include "operator/intake/profile_chunk.hpp"

#include "contracts/topics.hpp"
#include "domain/delivery/facts.hpp"
#include "operator/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

namespace zhida::operators {
namespace {

domain::FieldError unknown_attribute(std::string_view name, std::string_view near) {
  return {"/attributes/" + std::string(name), "unknown_attribute",
          near.empty() ? "there is no such attribute." : "there is no such attribute; did you mean " + std::string(near) + "?",
          near.empty() ? "没有这个属性。" : "没有这个属性，是否为 " + std::string(near) + "？"};
}

}  // namespace

void ProfileChunk::read() {
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!lines[i].problem) read_line(i);
}

void ProfileChunk::read_line(std::size_t number) {
  Line& line = lines[number];
  const std::string_view text = text_of(line);
  const auto refuse = [&line](const domain::FieldErrors& errors) { line.problem = std::make_unique<http::Problem>(problem_of(errors)); };
  const contracts::ProfileLine* const read = tools_->reader.read(text, latest_);
  if (read == nullptr) return refuse(tools_->reader.errors());
  Profile profile;
  profile.line = number;
  profile.first = stated_.size();
  profile.count = read->attributes.size();
  domain::FieldErrors errors;
  for (const contracts::AttributeStatement& statement : read->attributes) keep_statement(text, statement, errors);
  if (errors.empty() && !read->uscc && !whose_) errors.push_back({"/uscc", "required", "is required.", "必填。"});
  if (errors.empty() && read->uscc && whose_ && *read->uscc != *whose_)
    errors.push_back({"/uscc", "conflict", "is not the code in the path.", "与路径中的统一社会信用代码不一致。"});
  if (!errors.empty()) {
    stated_.resize(profile.first);
    checked_.resize(profile.first);
    return refuse(errors);
  }
  profile.uscc = whose_ ? *whose_ : *read->uscc;
  if (read->name) profile.name = kept(text, *read->name);
  profiles_.push_back(std::move(profile));
}

/// `part` as long as this chunk lives: what the reader had to unescape stands in its own buffers, which the next line overwrites.
std::string_view ProfileChunk::kept(std::string_view text, std::string_view part) {
  const std::less_equal<> not_behind;
  const bool within = not_behind(text.data(), part.data()) && not_behind(part.data() + part.size(), text.data() + text.size());
  return within ? part : arena_.copy(part);
}

void ProfileChunk::keep_statement(std::string_view text, const contracts::AttributeStatement& statement, domain::FieldErrors& errors) {
  contracts::AttributeStatement& stated = stated_.emplace_back(statement);
  stores::CheckedStatement& checked = checked_.emplace_back();
  checked.attribute = tools_->statements.find(statement.name);
  if (checked.attribute == nullptr) {
    errors.push_back(unknown_attribute(statement.name, tools_->dictionary->nearest(statement.name)));
    return;
  }
  stated.name = checked.attribute->name;
  stated.source = kept(text, statement.source);
  checked.source = stated.source;
  checked.as_of = statement.as_of;
  using Kind = enterprise::RawValue::Kind;
  if (statement.value.kind == Kind::null) return;
  if (statement.value.kind == Kind::text) stated.value.text = kept(text, statement.value.text);
  if (statement.value.kind == Kind::list) {
    const auto& list = statement.value.list;
    auto* const copy = static_cast<std::string_view*>(arena_.allocate(std::max<std::size_t>(1, list.size()) * sizeof(std::string_view)));
    if (copy == nullptr) throw std::bad_alloc();
    for (std::size_t i = 0; i < list.size(); ++i) std::construct_at(copy + i, kept(text, list[i]));
    stated.value.list = {copy, list.size()};
  }
  matching::Reading reading = tools_->statements.read(*checked.attribute, stated.value, arena_);
  checked.value = reading.value;
  if (reading.mistake)
    errors.push_back({"/attributes/" + std::string(statement.name) + "/value", "value", std::move(reading.mistake->message_en),
                      std::move(reading.mistake->message_zh)});
}

void ProfileChunk::write() {
  records.reserve(2 * profiles_.size());
  for (const Profile& profile : profiles_) {
    const std::size_t before = records.size();
    write_profile(profile);
    lines[profile.line].records = static_cast<std::uint32_t>(records.size() - before);
  }
}

void ProfileChunk::clear() {
  LineChunk::clear();
  profiles_.clear();
  stated_.clear();
  checked_.clear();
  arena_.reset();
}

void ProfileChunk::write_profile(const Profile& profile) {
  contracts::ProfilePatched& patch = tools_->patch;
  patch.uscc = profile.uscc;
  patch.recorded_at = decided_at;
  patch.attributes.clear();
  for (std::size_t i = 0; i < profile.count; ++i)
    if (profile.merges.empty() || profile.merges[i] == enterprise::Merge::applied) patch.attributes.push_back(stated_[profile.first + i]);

  std::optional<std::string> sealed;
  patch.sealed_name.reset();
  if (profile.name) sealed = tools_->sealer.seal(profile.uscc, *profile.name, profile.sealing);
  if (sealed) {
    patch.sealed_name = *sealed;
    if (profile.sealing.key_is_fresh)
      records.push_back(tools_->sealer.key_record(profile.uscc, profile.sealing.key, profile.partition, decided_at));
  }
  // An enterprise is known from the first time somebody names it, even when nothing is said about it.
  if (patch.empty() && profile.known) return;

  log::NewRecord& record = records.emplace_back();
  record.topic = contracts::topics::profiles;
  record.partition = profile.partition;
  record.key = profile.uscc.text();
  tools_->text.clear();
  contracts::append_json(tools_->text, patch);
  record.value = tools_->text;  // no longer than it is: it stays in the log's cache of recent records
  record.event.id = fmt::format("{}-{:016x}", profile.uscc.text(), delivery::hash_of(record.value));
  record.event.type = contracts::ProfilePatched::type;
  record.event.source = "/operator";
  record.event.time_ms = decided_at.time_since_epoch().count();
}

}  // namespace zhida::operators
