#pragma once

#include "dispatcher/metrics.hpp"
#include "domain/campaign/compiled_campaign.hpp"
#include "domain/date_time.hpp"
#include "platform/log/byte_gate.hpp"
#include "platform/log/event_log.hpp"
#include "platform/observe/log.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/progress.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace zhida::dispatcher {

/// All must outlive the service and, but for the pool, belong to the same single-threaded executor.
struct Dependencies {
  boost::asio::any_io_executor executor;
  boost::asio::any_io_executor pool;  ///< for parsing; to be joined before the executor's context goes
  log::EventLog& log;
  stores::CatalogStore& catalog;
  stores::ProfileStore& profiles;
  stores::DeliveriesReader& deliveries;
  stores::Progress& deliveries_progress;  ///< the one given to `deliveries` and to the runners of the deliveries fold
  const stores::ReferenceData& reference;
  observe::Metrics& metrics;
  const observe::Log& journal;
  std::function<domain::Instant()> now;
  /// Told of a running campaign whose intents cannot be sent, and why; may be empty. Whoever owns campaigns should let it fail.
  std::function<void(std::string_view campaign, std::string_view reason)> unsendable{};
};

struct Settings {
  /// How long the executor is kept at a time, all partitions together.
  std::chrono::microseconds slice{2'000};
  std::chrono::milliseconds look_again{100};  ///< for open intents of other campaigns, while there is work
  std::chrono::milliseconds retry{200};       ///< after a failure
  /// How long after its end a campaign is still watched for intents that were on their way.
  std::chrono::hours watch_ended{1};
};

/// Sends open intents on the page channel: looks at each once more, then records it as delivered, or not sent and why.
///
/// Per partition, block by block: urgent campaigns first, then normal, then bulk ones, in turns between equals. A cancelled or expired
/// campaign has its open intents closed. A block is answered by one record; answering it again, after a crash, changes nothing.
class Service {
 public:
  explicit Service(Dependencies dependencies, Settings settings = Settings());

  int partitions() const { return dependencies_.profiles.partitions(); }

  /// Sends what is open in one partition, until cancelled. Spawn one for each partition; a graceful stop ends it after the block in hand.
  boost::asio::awaitable<void> run_partition(int partition);

  const Metrics& metrics() const { return metrics_; }

 private:
  friend class PartitionDispatcher;

  Dependencies dependencies_;
  Settings settings_;
  Metrics metrics_;
  campaign::CompiledCampaigns compiled_;
  std::shared_ptr<log::ByteGate> floor_;  // one partition computes at a time: others' requests wait for one slice, not for all
};

}  // namespace zhida::dispatcher
