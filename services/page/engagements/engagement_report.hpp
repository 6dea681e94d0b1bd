#pragma once

#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/json.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/profiles/region_scope.hpp"

namespace zhida::page {

/// Reads one reported event, `{"id","intent","item","type","at","reason","score","surface","user_agent","purpose"}`, at `pointer` of
/// the body, and checks that it names an intent that may exist, of an enterprise that `scope` covers, and an item of its campaign.
///
/// `user_agent` and `purpose` are what the enterprise's browser sent with the page; with them the rules for machine traffic apply. The
/// headers of the report itself are those of the page's server and say nothing about who looked.
domain::Checked<contracts::EngagementRecorded> read_report(const contracts::Json& event, std::string pointer,
                                                           const stores::CatalogStore& catalog, const stores::ProfileStore& profiles,
                                                           const stores::RegionScope& scope, domain::Instant now);

}  // namespace zhida::page
