#pragma once

#include "domain/date_time.hpp"
#include "domain/enterprise/uscc.hpp"
#include "domain/policy/check.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/profiles/region_scope.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <span>

namespace zhida::node {

/// Told an enterprise and what is known about it; the views live for the call.
using LookAtProfile = std::function<void(const enterprise::Uscc&, const policy::Subject&)>;

/// Shows these enterprises, heard of or not, to `look` as far as `scope` covers them, on current profiles and with the determinations in
/// force on `date`, leaving the executor to others every few milliseconds. Returns the time spent looking.
boost::asio::awaitable<std::chrono::microseconds> walk_profiles(const stores::ProfileStore& profiles, const stores::RegionScope& scope,
                                                                domain::Date date, std::span<const enterprise::Uscc> usccs,
                                                                LookAtProfile look);

}  // namespace zhida::node
