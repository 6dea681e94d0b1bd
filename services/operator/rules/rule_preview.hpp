#pragma once

#include "domain/campaign/audience_preview.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace zhida::operators {

/// Feeds `preview`, which is of `rule` and `options`, with all enterprises of `region` (empty = all), leaving the executor to others every
/// few milliseconds. Returns the time spent on it.
boost::asio::awaitable<std::chrono::microseconds> preview_rule(const stores::ReferenceData& reference, const stores::ProfileStore& profiles,
                                                               stores::ProfileColumns& columns, const matching::Rule& rule,
                                                               const campaign::RulePreview::Options& options, const std::string& region,
                                                               campaign::RulePreview& preview);

}  // namespace zhida::operators
