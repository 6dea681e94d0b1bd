#include "page/engagements/engagement_route.hpp"

#include "page/engagements/engagement_report.hpp"
#include "page/problem.hpp"
#include "stores/log_reading.hpp"

#include <string>
#include <vector>

namespace zhida::page {
namespace {

constexpr std::size_t most_events = 1000;

/// A batch as read: what is good, and the answer, which says what became of each.
struct Batch {
  std::vector<contracts::EngagementRecorded> accepted;
  std::string results;  ///< JSON array
  std::size_t refused = 0;
};

std::string id_of(const contracts::Json& event) {
  if (!event.IsObject()) return {};
  const auto id = event.FindMember("id");
  return id != event.MemberEnd() && id->value.IsString() ? std::string(contracts::text_of(id->value)) : std::string();
}

}  // namespace

boost::asio::awaitable<http::Response> EngagementRoute::post(http::Request& request) {
  if (!catalog_.ready() || !profiles_.ready()) throw http::Refused(not_ready());
  const domain::Instant now = now_();
  Batch batch;
  {
    contracts::JsonText text;
    const contracts::Json* const root = text.parse(request.body);
    if (root == nullptr) throw http::Refused(problem_of(text.error()));
    domain::FieldErrors errors;
    contracts::JsonReader reader(*root, errors);
    reader.only({"events"});
    if (reader.is_object() && reader.find("events") == nullptr) reader.report("events", "required", "is required.", "必填。");
    const auto events = reader.elements("events");
    if (events.size() > most_events) reader.report("events", "length", "must not have more than 1000 events.", "不能超过1000个事件。");
    if (!errors.empty()) throw http::Refused(problem_of(errors));

    contracts::JsonWriter results(batch.results);
    results.begin_array();
    stores::Turn turn;
    const stores::RegionScope scope(profiles_, request.principal->region);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (turn.over()) co_await turn.pass();
      auto read = read_report(*events[i], reader.child("events", i), catalog_, profiles_, scope, now);
      results.begin_object();
      results.member("id", id_of(*events[i]));
      results.member("status", read.has_value() ? "accepted" : "refused");
      if (read.has_value()) {
        batch.accepted.push_back(std::move(*read));
      } else {
        ++batch.refused;
        results.key("problem");
        results.raw(problem_of(read.error()).json());
      }
      results.end_object();
    }
    results.end_array();
  }

  const std::size_t accepted = batch.accepted.size();
  bool durable = true;
  if (accepted > 0) durable = co_await log_.append(std::move(batch.accepted), now, request.trace.traceparent());
  if (!durable)
    throw http::Refused(http::problems::unavailable(std::chrono::seconds(1), "the events could not be recorded; repeat them.",
                                                    "事件暂时无法记录，请稍后重试。"));
  metrics_.engagements.increment(accepted);
  metrics_.engagements_refused.increment(batch.refused);

  http::Response response(http::Status::accepted);
  contracts::JsonWriter writer(response.body);
  writer.begin_object();
  writer.member("accepted", static_cast<std::uint64_t>(accepted));
  writer.member("refused", static_cast<std::uint64_t>(batch.refused));
  writer.key("results");
  writer.raw(batch.results);
  writer.end_object();
  co_return response;
}

}  // namespace zhida::page
