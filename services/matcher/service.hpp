#pragma once

#include "domain/campaign/compiled_campaign.hpp"
#include "domain/date_time.hpp"
#include "matcher/metrics.hpp"
#include "platform/log/byte_gate.hpp"
#include "platform/log/event_log.hpp"
#include "platform/observe/log.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/progress.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace zhida::matcher {

/// All must outlive the service and belong to the same single-threaded executor.
struct Dependencies {
  boost::asio::any_io_executor executor;
  log::EventLog& log;
  stores::CatalogStore& catalog;
  stores::ProfileStore& profiles;
  stores::ProfileColumns& columns;  ///< of these profiles
  stores::DeliveriesReader& deliveries;
  stores::Progress& deliveries_progress;  ///< the one given to `deliveries` and to the runners of the deliveries fold
  const stores::ReferenceData& reference;
  observe::Metrics& metrics;
  const observe::Log& journal;
  std::function<domain::Instant()> now;
  /// Told once per campaign that cannot be decided at all, and why; may be empty. Whoever owns campaigns should let it fail.
  std::function<void(std::string_view campaign, std::string_view reason)> undecidable;
};

struct Settings {
  /// Intents of a block, up to 1,000: what the deliveries fold takes in one batch.
  std::size_t block_facts = 1'000;
  /// Decisions about items in a block; a package of many items has blocks of fewer intents, so that each fits into a record of the log.
  std::size_t block_decisions = 50'000;
  /// Bytes of evidence from which on a block is ended, whatever else it could take; a few more enterprises may be added to it.
  std::size_t block_evidence = 4U << 20U;
  /// How long the executor is kept at a time, all partitions together.
  std::chrono::microseconds slice{2'000};
  std::chrono::milliseconds retry{200};  ///< after a failure
};

/// Decides running campaigns: every enterprise of the audience gets its intent, once for ever, with its evidence. Whoever was not decided
/// when the campaign was cancelled, expired or failed still gets one, closed as `expired` or `cancelled`, so that the audience is known.
///
/// Per partition, block by block: urgent campaigns first, then normal, then bulk ones, in turns between equals. What was decided in an
/// earlier life, or by another process, is found in the ledgers and not decided again.
class Service {
 public:
  explicit Service(Dependencies dependencies, Settings settings = Settings());

  int partitions() const { return dependencies_.profiles.partitions(); }

  /// Decides one partition of every running campaign, until cancelled. Spawn one for each partition; a graceful stop ends it after the
  /// block in hand.
  boost::asio::awaitable<void> run_partition(int partition);

  const Metrics& metrics() const { return metrics_; }

 private:
  friend class PartitionMatcher;

  void report_undecidable(const campaign::Campaign& campaign, std::string_view reason);

  Dependencies dependencies_;
  Settings settings_;
  Metrics metrics_;
  campaign::CompiledCampaigns compiled_;
  std::shared_ptr<log::ByteGate> floor_;  // one partition computes at a time: others' requests wait for one slice, not for all
  std::set<std::string, std::less<>> undecidable_;
};

}  // namespace zhida::matcher
