#pragma once

#include "domain/date_time.hpp"
#include "platform/log/event_log.hpp"
#include "platform/observe/log.hpp"
#include "stores/catalog/catalog_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace zhida::standalone {

/// Keeps topics as long as the layout says: once an hour removes commands older than their days that have an outcome, and replaced keys of
/// the vault. Everything else is kept for ever. Until cancelled.
boost::asio::awaitable<void> run_retention(log::EventLog& log, const stores::CatalogStore& catalog, std::function<domain::Instant()> now,
                                           const observe::Log& journal);

}  // namespace zhida::standalone
