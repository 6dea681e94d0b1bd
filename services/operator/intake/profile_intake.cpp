#include "operator/intake/profile_intake.hpp"

#include "contracts/topics.hpp"
#include "domain/delivery/facts.hpp"
#include "operator/problem.hpp"

#include <fmt/format.h>

#include <utility>

namespace zhida::operators {

std::optional<http::Problem> ProfileIntake::take(std::string_view line, std::vector<log::NewRecord>& records) {
  std::optional<http::Problem> problem;
  const contracts::ProfileLine* read_line = read(line, problem);
  if (read_line == nullptr) return problem;
  if (!read_line->uscc) return problem_of({{"/uscc", "required", "is required.", "必填。"}});
  record(*read_line->uscc, *read_line, records, nullptr);
  return std::nullopt;
}

std::optional<http::Problem> ProfileIntake::take_for(const enterprise::Uscc& uscc, std::string_view text, std::vector<log::NewRecord>& records,
                                                     PatchResult& result) {
  std::optional<http::Problem> problem;
  const contracts::ProfileLine* line = read(text, problem);
  if (line == nullptr) return problem;
  if (line->uscc && *line->uscc != uscc)
    return problem_of({{"/uscc", "conflict", "is not the code in the path.", "与路径中的统一社会信用代码不一致。"}});
  record(uscc, *line, records, &result);
  return std::nullopt;
}

boost::asio::awaitable<bool> ProfileIntake::readable(const WrittenTo& written, std::chrono::milliseconds limit) {
  for (const auto& [place, offset] : written) {
    const bool passed = co_await profiles_.progress().wait_until(place.first, place.second, offset, limit);
    if (!passed) co_return false;
  }
  co_return true;
}

const contracts::ProfileLine* ProfileIntake::read(std::string_view text, std::optional<http::Problem>& problem) {
  const contracts::ProfileLine* line = reader_.read(text, domain::date_of(now_()));
  if (line == nullptr) {
    problem = problem_of(reader_.errors());
    return nullptr;
  }
  domain::FieldErrors errors;
  check(*line, errors);
  if (errors.empty()) return line;
  problem = problem_of(errors);
  return nullptr;
}

void ProfileIntake::check(const contracts::ProfileLine& line, domain::FieldErrors& errors) {
  arena_.reset();
  const matching::Dictionary& dictionary = profiles_.dictionary();
  for (const contracts::AttributeStatement& statement : line.attributes) {
    const matching::Attribute* attribute = dictionary.find(statement.name);
    if (attribute == nullptr) {
      const std::string near(dictionary.nearest(statement.name));
      errors.push_back({"/attributes/" + std::string(statement.name), "unknown_attribute",
                        near.empty() ? "there is no such attribute." : "there is no such attribute; did you mean " + near + "?",
                        near.empty() ? "没有这个属性。" : "没有这个属性，是否为 " + near + "？"});
      continue;
    }
    if (statement.value.kind == enterprise::RawValue::Kind::null) continue;
    const matching::Reading reading = dictionary.read(*attribute, statement.value, arena_);
    if (reading.mistake)
      errors.push_back({"/attributes/" + std::string(statement.name) + "/value", "value", reading.mistake->message_en, reading.mistake->message_zh});
  }
}

void ProfileIntake::record(const enterprise::Uscc& uscc, const contracts::ProfileLine& line, std::vector<log::NewRecord>& records,
                           PatchResult* result) {
  const domain::Instant now = now_();
  const std::vector<enterprise::Merge> merges = profiles_.preview(uscc, line.attributes);
  patch_.uscc = uscc;
  patch_.recorded_at = now;
  patch_.attributes.clear();
  for (std::size_t i = 0; i < merges.size(); ++i) {
    if (merges[i] == enterprise::Merge::applied) patch_.attributes.push_back(line.attributes[i]);
    if (result == nullptr) continue;
    if (merges[i] == enterprise::Merge::applied) result->applied.emplace_back(line.attributes[i].name);
    if (merges[i] == enterprise::Merge::older_as_of) result->kept.emplace_back(line.attributes[i].name);
  }

  std::string sealed;
  patch_.sealed_name.reset();
  if (line.name) {
    const std::string_view known = profiles_.sealed_name(uscc);
    if (known.empty() || sealer_.open(uscc, known) != *line.name) {
      sealed = sealer_.seal(uscc, *line.name, now, records);
      patch_.sealed_name = sealed;
    }
  }
  // An enterprise is known from the first time somebody names it, even when nothing is said about it.
  if (patch_.empty() && profiles_.version(uscc) != 0) return;

  log::NewRecord& record = records.emplace_back();
  record.topic = contracts::topics::profiles;
  record.partition = profiles_.partition_of(uscc);
  record.key = uscc.text();
  contracts::append_json(record.value, patch_);
  record.event.id = fmt::format("{}-{:016x}", uscc.text(), delivery::hash_of(record.value));
  record.event.type = contracts::ProfilePatched::type;
  record.event.source = "/operator";
  record.event.time_ms = now.time_since_epoch().count();
}

}  // namespace zhida::operators
