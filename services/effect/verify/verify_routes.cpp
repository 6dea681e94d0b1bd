#include "effect/verify/verify_routes.hpp"

#include "effect/access.hpp"
#include "platform/http/problem.hpp"

#include <utility>

namespace zhida::effect_service::verify {
namespace {

namespace asio = boost::asio;

http::Response others_unknown() {
  return http::respond(http::problems::unavailable(std::chrono::seconds(1), "what other processes compare is unknown while Redis is away.",
                                                   "Redis 不可用，暂时无法得知其他进程的核对情况。"));
}

http::Response repeated(JobAnswer answer) {
  if (!answer.over()) return http::respond(http::problems::conflict("this comparison is still running.", "该核对仍在进行。", "running"));
  http::Response response = response_of(std::move(answer));
  response.set("Idempotency-Replayed", "true");
  return response;
}

}  // namespace

void VerifyRoutes::add_to(http::Router& router) {
  const auto info = [](std::string name) { return http::RouteInfo(std::move(name), http::Access::roles(measurers)); };
  router.add(http::Verb::post, "/effect/v1/verify", info("begin_verify"), [this](http::Request& request) { return begin(request); });
  router.add(http::Verb::get, "/effect/v1/verify/{id}", info("get_verify"), [this](http::Request& request) { return get(request); });
}

asio::awaitable<http::Response> VerifyRoutes::begin(http::Request& request) {
  const std::string_view key = request.header("Idempotency-Key");
  const std::string id = new_job_id();
  std::string asked_by;
  if (!key.empty()) {
    asked_by = request.principal->key_id + "/" + std::string(key);
    std::optional<http::Response> before = co_await answered(asked_by, id);
    if (before) co_return std::move(*before);
  }
  const std::shared_ptr<const Job> job = verifier_.begin(id, asked_by);
  if (!job) {
    if (shared_ && !asked_by.empty()) co_await shared_->give_up(asked_by, id);
    co_return http::respond(http::problems::conflict("another comparison is running; there is one at a time.",
                                                     "另一项核对正在进行，同一时间只能有一项。", "running"));
  }
  co_await verifier_.wait(job, stores::Notice::Clock::now() + patience_);
  // Whoever is told where to ask may ask any process at once.
  if (shared_) co_await shared_->share(*job);
  co_return response_of(answer_of(*job));
}

asio::awaitable<std::optional<http::Response>> VerifyRoutes::answered(std::string asked_by, std::string id) {
  std::optional<http::Response> response;
  if (const auto job = verifier_.find_asked_by(asked_by)) {
    response = repeated(answer_of(*job));
    co_return response;
  }
  if (!shared_) co_return response;
  const auto first = co_await shared_->claim(asked_by, id);
  if (first.has_error() || *first == id) co_return response;
  auto found = co_await shared_->find(*first);
  if (found.has_error())
    response = others_unknown();
  else
    response = repeated(found->value_or(JobAnswer()));  // claimed just now
  co_return response;
}

asio::awaitable<http::Response> VerifyRoutes::get(http::Request& request) {
  const std::string id(request.param("id"));
  if (const auto job = verifier_.find(id)) co_return response_of(answer_of(*job));
  if (!shared_ || !is_job_id(id)) co_return http::respond(http::problems::not_found());
  auto found = co_await shared_->find(id);
  if (found.has_error()) co_return others_unknown();
  if (!found->has_value()) co_return http::respond(http::problems::not_found());
  co_return response_of(std::move(**found));
}

}  // namespace zhida::effect_service::verify
