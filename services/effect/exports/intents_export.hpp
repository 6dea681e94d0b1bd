#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "effect/exports/intent_rows.hpp"
#include "effect/snapshot_reader.hpp"
#include "platform/http/exchange.hpp"
#include "platform/http/router.hpp"
#include "platform/log/event_log.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/profiles/region_scope.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zhida::effect_service {

/// Streams every intent of a campaign with what became of it and the evidence of its decision, in the order partition, offset, index.
///
/// The evidence is read from the log, block by block between the campaign's first and last; the states are those of the moment at which
/// the block is read. One block is in memory at a time, and reading waits for the client. When Redis is lost for long in the middle, the
/// connection breaks off.
class IntentsExport {
 public:
  IntentsExport(log::EventLog& log, stores::CatalogStore& catalog, SnapshotReader& snapshots, stores::DeliveriesReader& deliveries,
                const stores::ProfileStore& profiles, boost::asio::any_io_executor pool)
      : log_(log), catalog_(catalog), snapshots_(snapshots), deliveries_(deliveries), profiles_(profiles), pool_(std::move(pool)) {}

  void add_to(http::Router& router);

 private:
  /// Where a partition's blocks of the campaign lie.
  struct Span {
    int partition = 0;
    std::string_view topic;
    log::Offset from = 0;
    log::Offset to = 0;  ///< folded so far
    std::int64_t intents = 0;
  };

  boost::asio::awaitable<void> stream(http::Exchange& exchange);
  boost::asio::awaitable<std::optional<std::vector<Span>>> find_spans(delivery::CampaignNumber campaign);
  /// What one export shows.
  struct View {
    IntentRows rows;
    stores::RegionScope scope;
  };
  boost::asio::awaitable<void> write_span(http::Exchange& exchange, const View& view, delivery::CampaignNumber campaign, Span span);
  boost::asio::awaitable<std::int64_t> write_block(http::Exchange& exchange, const View& view, const contracts::IntentsDecided& block,
                                                   delivery::Place place, int partition);
  boost::asio::awaitable<stores::StoredLedgers> ledgers_of(const contracts::IntentsDecided& block, int partition);

  log::EventLog& log_;
  stores::CatalogStore& catalog_;
  SnapshotReader& snapshots_;
  stores::DeliveriesReader& deliveries_;
  const stores::ProfileStore& profiles_;
  boost::asio::any_io_executor pool_;
};

}  // namespace zhida::effect_service
