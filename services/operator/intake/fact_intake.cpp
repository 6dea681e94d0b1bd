#include "operator/intake/fact_intake.hpp"

#include "contracts/outcomes/outcome_recorded.hpp"
#include "contracts/profiles/profile_patched.hpp"
#include "contracts/topics.hpp"
#include "operator/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace zhida::operators {
namespace {

constexpr std::chrono::minutes clock_difference{5};  // between the data centre's machines and ours

}  // namespace

std::optional<http::Problem> DeterminationIntake::take(std::string_view line, std::vector<log::NewRecord>& records) {
  const domain::Instant now = now_();
  auto read = contracts::determination_line_from_json(line, domain::date_of(now));
  if (read.has_error()) return problem_of(read.error());
  if (!scope_.covers(read->uscc)) return http::problems::not_found();
  const enterprise::Determination& determination = read->determination;
  if (!is_condition(determination.condition))
    return problem_of({{"/condition", "unknown", "no item has such a manual condition.", "没有任何事项使用该人工认定条件。"}});
  if (profiles_.preview(read->uscc, determination) != enterprise::Merge::applied) return std::nullopt;

  contracts::ProfilePatched patch;
  patch.uscc = read->uscc;
  patch.recorded_at = now;
  patch.determinations.push_back(determination);
  log::NewRecord& record = records.emplace_back();
  record.topic = contracts::topics::profiles;
  record.partition = profiles_.partition_of(read->uscc);
  record.key = read->uscc.text();
  contracts::append_json(record.value, patch);
  record.event = log::CloudEvent{fmt::format("{}-{:016x}", record.key, delivery::hash_of(record.value)),
                                 std::string(contracts::ProfilePatched::type), "/operator", now.time_since_epoch().count()};
  return std::nullopt;
}

boost::asio::awaitable<bool> DeterminationIntake::readable(const WrittenTo& written, std::chrono::milliseconds limit) {
  for (const auto& [place, offset] : written) {
    const bool passed = co_await profiles_.progress().wait_until(place.first, place.second, offset, limit);
    if (!passed) co_return false;
  }
  co_return true;
}

bool DeterminationIntake::is_condition(std::string_view name) const {
  if (reference_.manual_conditions.contains(name)) return true;
  return std::ranges::any_of(catalog_.items(), [name](const auto& entry) {
    const policy::ItemVersion* latest = entry.second->latest();
    return latest != nullptr &&
           std::ranges::any_of(latest->content.manual, [name](const policy::ManualCondition& each) { return each.name == name; });
  });
}

std::optional<http::Problem> OutcomeIntake::take(std::string_view line, std::vector<log::NewRecord>& records) {
  const domain::Instant now = now_();
  const auto read = contracts::read_outcome_recorded(line);
  if (read.has_error()) return problem_of(read.error());
  if (!scope_.covers(read->uscc)) return http::problems::not_found();
  const auto item = catalog_.item(read->item);
  if (!item) return problem_of({{"/item", "unknown", "there is no such item.", "没有这个政策事项。"}});
  if (read->version && item->find(static_cast<int>(*read->version)) == nullptr)
    return problem_of({{"/version", "unknown", "the item has no such version.", "该事项没有这个版本。"}});
  if (read->at > now + clock_difference) return problem_of({{"/at", "range", "lies in the future.", "不能晚于现在。"}});
  log::NewRecord& record = records.emplace_back();
  record.topic = contracts::topics::outcomes;
  record.partition = profiles_.partition_of(read->uscc);
  record.key = read->uscc.text();
  record.value = contracts::to_json(*read);
  record.event = log::CloudEvent{read->id, std::string(contracts::OutcomeRecorded::type_name), "/operator", now.time_since_epoch().count()};
  return std::nullopt;
}

boost::asio::awaitable<bool> OutcomeIntake::readable(const WrittenTo& written, std::chrono::milliseconds limit) {
  for (const auto& [place, offset] : written) {
    const bool passed = co_await deliveries_.wait_until(place.first, place.second, offset, limit);
    if (!passed) co_return false;
  }
  co_return true;
}

}  // namespace zhida::operators
