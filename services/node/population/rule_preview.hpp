#pragma once

#include "domain/campaign/audience_preview.hpp"
#include "node/population/partition_set.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace zhida::node {

/// Feeds `preview`, which is of `rule` and `options`, with the enterprises of `region` (empty = all) in
/// these partitions, leaving the executor to others every
/// few milliseconds. Returns the time spent on it.
boost::asio::awaitable<std::chrono::microseconds> preview_rule(const stores::ReferenceData& reference, const stores::ProfileStore& profiles,
                                                               stores::ProfileColumns& columns, const matching::Rule& rule,
                                                               const campaign::RulePreview::Options& options, const std::string& region,
                                                               const PartitionSet& partitions, campaign::RulePreview& preview);

}  // namespace zhida::node
