#pragma once

#include "effect/verify/verifier.hpp"
#include "platform/http/router.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace zhida::effect_service::verify {

/// Comparing what is served with the log, on demand.
class VerifyRoutes {
 public:
  /// A request waits `patience` for its job, then is told where to ask.
  VerifyRoutes(Verifier& verifier, std::chrono::milliseconds patience) : verifier_(verifier), patience_(patience) {}

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> begin(http::Request& request);
  http::Response get(const http::Request& request) const;

  Verifier& verifier_;
  std::chrono::milliseconds patience_;
};

}  // namespace zhida::effect_service::verify
