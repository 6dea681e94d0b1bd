#pragma once

#include "platform/log/partition_owner.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

namespace zhida::node {

/// Keeps the announced position of a partition up to date where another process folds it, by looking at the stored position, until
/// cancelled.
boost::asio::awaitable<void> watch_fold(stores::DeliveriesReader& deliveries, int partition);

/// Whether the profiles of every partition owned are folded.
bool profiles_ready(const stores::ProfileStore& profiles, const log::PartitionOwner& owner);

}  // namespace zhida::node
