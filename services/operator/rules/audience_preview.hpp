#pragma once

#include "domain/date_time.hpp"
#include "domain/enterprise/uscc.hpp"
#include "matching/rule.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace zhida::operators {

/// How a rule divides all enterprises.
struct AudiencePreview {
  std::uint64_t eligible = 0, unknown = 0, ineligible = 0;
  std::vector<std::uint64_t> near;  ///< by leaf of the rule: ineligible enterprises for which only this leaf would have to hold
  std::vector<enterprise::Uscc> sample;  ///< of the eligible ones
  std::chrono::microseconds took{0};     ///< time spent deciding
};

/// What a preview is to find out.
struct PreviewRequest {
  matching::Rule rule;
  domain::Date date;
  bool near = false;
  std::size_t sample = 0;  ///< at most so many examples
};

/// Decides the rule for every enterprise, on current profiles, leaving the executor to others every few milliseconds.
boost::asio::awaitable<AudiencePreview> preview_audience(const stores::ProfileStore& profiles, PreviewRequest request);

}  // namespace zhida::operators
