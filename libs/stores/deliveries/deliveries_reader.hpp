#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "domain/delivery/ledger.hpp"
#include "domain/effect/campaign_header.hpp"
#include "domain/effect/counters.hpp"
#include "domain/effect/funnel.hpp"
#include "domain/enterprise/uscc.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/deliveries/keys.hpp"
#include "stores/deliveries/stored_ledgers.hpp"
#include "stores/fold/fold_reader.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::stores {

/// Topic → by partition, the next offset to fold.
using FoldedTo = std::map<std::string, std::vector<log::Offset>>;

/// The totals of a campaign over all partitions.
struct CampaignTotals {
  effect::Funnel campaign;
  std::map<std::uint64_t, effect::Funnel> items;  ///< by delivery::hash_of the item's id
  FoldedTo folded_to;
};

/// A block of intents some of whose intents are still open.
struct OpenBlock {
  deliveries::Block block;
  std::int64_t open = 0;
};

/// What the deliveries fold serves. Every call: error `unavailable` (503) while the state is being folded or Redis is gone, and never a
/// number that is not that of one state.
class DeliveriesReader {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<boost::system::result<T>>;

  /// Give reads a connection of their own, apart from the runners': a reply waits for those before it.
  DeliveriesReader(redis::Client& redis, const DeliveriesFold& fold, int partitions, Progress& progress);

  /// The bytes of an enterprise's ledger (delivery::decode), empty for one never heard of. Equal states have equal bytes: fit for an ETag.
  Awaitable<std::string> ledger_bytes(enterprise::Uscc uscc);
  Awaitable<delivery::Ledger> ledger(enterprise::Uscc uscc);

  /// The ledgers of enterprises of one partition, in their order, in one pipeline; cheapest ascending by the high half of their hash.
  Awaitable<StoredLedgers> ledgers(int partition, std::span<const enterprise::Uscc> usccs);

  /// All ledgers in one bucket, for walking through a partition: bucket 0 … `buckets()` − 1. In no order.
  Awaitable<std::vector<std::pair<enterprise::Uscc, delivery::Ledger>>> ledgers_in(int partition, std::uint32_t bucket);
  std::uint32_t buckets() const { return fold_.buckets(); }

  /// The funnel of a campaign. 0: over all campaigns, as far as effect::contribute counts them so. All zero for an unknown one.
  Awaitable<CampaignTotals> campaign(delivery::CampaignNumber campaign);

  /// Totals (hour 0) of one partition as counters: for comparing.
  Awaitable<std::vector<effect::Counters::Entry>> totals(int partition, delivery::CampaignNumber campaign);

  /// The cells of a campaign with `from <= hour < to`, summed over partitions, ordered by key.
  Awaitable<std::vector<effect::Counters::Entry>> cells(delivery::CampaignNumber campaign, delivery::Hour from, delivery::Hour to);

  /// Which blocks of a campaign have open intents in a partition: what a dispatcher has to do. Ordered by offset.
  Awaitable<std::vector<OpenBlock>> open_blocks(int partition, delivery::CampaignNumber campaign);

  /// By partition: the mark that it has decided all its enterprises, nothing while it has not. `key` views text that must outlive the call.
  Awaitable<std::vector<std::optional<contracts::PartitionDecided>>> decided(delivery::IntentKeyView key);

  /// The items of a campaign as its intents say; nothing while no intent of it is folded.
  Awaitable<std::optional<effect::CampaignHeader>> header(delivery::CampaignNumber campaign);

  /// Campaigns with intents in any partition, ascending.
  Awaitable<std::vector<delivery::CampaignNumber>> campaigns();

  /// Where the live state stands, by topic and partition.
  Awaitable<FoldedTo> folded_to();

  /// Waits until the record at `offset` is folded; false if that takes longer than `limit`.
  boost::asio::awaitable<bool> wait_until(std::string_view topic, int partition, log::Offset offset, std::chrono::milliseconds limit) {
    return reader_.wait_until(topic, partition, offset, limit);
  }

  /// Looks at the stored position of a partition that another process may fold, and announces it.
  Awaitable<void> look(int partition);

  int partitions() const { return partitions_; }

 private:
  Awaitable<LiveReplies> hash(int partition, std::string key);
  Awaitable<std::vector<LiveReplies>> hashes(std::string key);  ///< of every partition
  void note(FoldedTo& into, const Generation& generation) const;

  FoldReader reader_;
  const DeliveriesFold& fold_;
  int partitions_;
};

}  // namespace zhida::stores
