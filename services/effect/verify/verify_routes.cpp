#include "effect/verify/verify_routes.hpp"

#include "effect/access.hpp"
#include "effect/funnel/funnel_json.hpp"
#include "platform/http/problem.hpp"

#include <string>
#include <utility>

namespace zhida::effect_service::verify {
namespace {

namespace asio = boost::asio;

std::string location_of(const Job& job) { return "/effect/v1/verify/" + job.id; }

void write_differences(json::Writer& writer, const Differences& differences) {
  const auto side = [&writer](std::string_view name, const std::string& text) {
    if (text.empty())
      writer.null_field(name);
    else
      writer.field(name, text);
  };
  writer.key("differences").begin_array();
  for (const Difference& each : differences.kept()) {
    writer.begin_object();
    writer.field("partition", each.partition).field("key", each.key).field("what", each.what);
    side("expected", each.expected);
    side("served", each.served);
    writer.end_object();
  }
  writer.end_array().field("different", differences.count());
}

http::Response answer(const Job& job) {
  if (job.state == Job::State::failed) {
    http::Problem problem = http::problems::unavailable(
        std::chrono::seconds(5), "what is served could not be compared: " + job.failure + ".", "暂时无法核对：" + job.failure + "。");
    return http::respond(problem);
  }
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  writer.field("id", job.id).field("state", job.over() ? "done" : "running");
  if (job.over()) {
    writer.field("equal", job.differences.count() == 0).field("facts", job.facts).field("enterprises", job.enterprises);
    writer.field("took_ms", job.took.count());
    write_differences(writer, job.differences);
    write_folded_to(writer, job.compared_at);
  }
  writer.end_object();
  http::Response response(job.over() ? http::Status::ok : http::Status::accepted, std::move(text));
  response.set("Location", location_of(job));
  if (!job.over()) response.set("Retry-After", "1");
  return response;
}

}  // namespace

void VerifyRoutes::add_to(http::Router& router) {
  const auto info = [](std::string name) { return http::RouteInfo(std::move(name), http::Access::roles(measurers)); };
  router.add(http::Verb::post, "/effect/v1/verify", info("begin_verify"), [this](http::Request& request) { return begin(request); });
  router.add(http::Verb::get, "/effect/v1/verify/{id}", info("get_verify"),
             [this](http::Request& request) -> asio::awaitable<http::Response> { co_return get(request); });
}

asio::awaitable<http::Response> VerifyRoutes::begin(http::Request& request) {
  const std::string_view key = request.header("Idempotency-Key");
  std::string asked_by;
  if (!key.empty()) asked_by = request.principal->key_id + "/" + std::string(key);
  std::shared_ptr<const Job> job;
  if (!asked_by.empty()) job = verifier_.find_asked_by(asked_by);
  const bool replayed = job && job->over();
  if (job && !replayed)
    co_return http::respond(http::problems::conflict("this comparison is still running.", "该核对仍在进行。", "running"));
  if (!job) job = verifier_.begin(asked_by);
  if (!job)
    co_return http::respond(http::problems::conflict("another comparison is running; there is one at a time.",
                                                     "另一项核对正在进行，同一时间只能有一项。", "running"));
  co_await verifier_.wait(job, stores::Notice::Clock::now() + patience_);
  http::Response response = answer(*job);
  if (replayed) response.set("Idempotency-Replayed", "true");
  co_return response;
}

http::Response VerifyRoutes::get(const http::Request& request) const {
  const auto job = verifier_.find(request.param("id"));
  return job ? answer(*job) : http::respond(http::problems::not_found());
}

}  // namespace zhida::effect_service::verify
