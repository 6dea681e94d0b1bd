#pragma once

#include "effect/verify/shared_jobs.hpp"
#include "effect/verify/verifier.hpp"
#include "platform/http/router.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace zhida::effect_service::verify {

/// Comparing what is served with the log, on demand.
class VerifyRoutes {
 public:
  /// A request waits `patience` for its job, then is told where to ask. `shared`: to answer for the jobs of other processes; may be null.
  VerifyRoutes(Verifier& verifier, SharedJobs* shared, std::chrono::milliseconds patience)
      : verifier_(verifier), shared_(shared), patience_(patience) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> begin(http::Request& request);
  boost::asio::awaitable<http::Response> get(http::Request& request);

  /// What was answered, or is to be, to the same question asked before; nothing if `id` is to be the first job of it.
  boost::asio::awaitable<std::optional<http::Response>> answered(std::string asked_by, std::string id);

  Verifier& verifier_;
  SharedJobs* shared_;
  std::chrono::milliseconds patience_;
};

}  // namespace zhida::effect_service::verify
