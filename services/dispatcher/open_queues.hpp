#pragma once

#include "domain/campaign/campaign.hpp"
#include "domain/date_time.hpp"
#include "platform/log/record.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/progress.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace zhida::dispatcher {

using stores::deliveries::Block;

/// The topics of a lane.
const std::string& intents_of(campaign::Lane lane);
const std::string& receipts_of(campaign::Lane lane);

/// Blocks of one campaign with open intents that were not answered in this life, as last seen.
struct Queue {
  delivery::CampaignNumber campaign = 0;
  std::shared_ptr<const campaign::Campaign> state;
  std::deque<stores::OpenBlock> blocks;
  std::set<Block> withheld;  ///< cannot be sent: not offered before the campaign has ended and they are to be closed
  std::uint64_t last_turn = 0;
  log::Offset intents_seen = -1;  ///< where the fold stood when `blocks` was read
  log::Offset receipts_seen = -1;
  bool begun = false;  ///< something of it was sent in this life

  /// What was taken from it and not answered comes again with the next refresh.
  void read_anew() { intents_seen = -1; }
};

/// The open intents of one partition, by campaign. The fold is the truth about them; it lags behind what was answered, so answers
/// are remembered until it shows them.
class OpenQueues {
 public:
  OpenQueues(stores::CatalogStore& catalog, stores::DeliveriesReader& deliveries, stores::Progress& progress, int partition,
             std::chrono::hours watch_ended)
      : catalog_(catalog), deliveries_(deliveries), progress_(progress), partition_(partition), watch_ended_(watch_ended) {}

  /// Whether catalogue or fold moved since the last `refresh`, or a queue is to be read anew.
  bool is_stale() const;
  bool is_catalog_stale() const;

  /// Reads anew what may have changed. Errors: those of the reader.
  boost::asio::awaitable<boost::system::result<void>> refresh(domain::Instant now);

  /// The queue whose block is to be taken next, null if there is none: urgent before normal before bulk, in turns between equals.
  Queue* pick(domain::Instant now);

  /// The block is answered by the receipts at `offset`: it is not offered again before they are folded.
  void answered(campaign::Lane lane, Block block, log::Offset offset);

  /// Open intents of a lane as last seen, those of campaigns on hold too.
  std::int64_t open(campaign::Lane lane) const;

  struct Oldest {
    campaign::Lane lane = campaign::Lane::normal;
    Block block{};
    bool held = false;  ///< its campaign is paused, or waits for its hour
  };
  /// Every queue's oldest block.
  std::vector<Oldest> oldest(domain::Instant now) const;

 private:
  bool is_wanted(const campaign::Campaign& campaign, delivery::CampaignNumber number, domain::Instant now) const;
  boost::asio::awaitable<boost::system::result<void>> read(Queue& queue);
  std::vector<log::Offset> positions() const;

  stores::CatalogStore& catalog_;
  stores::DeliveriesReader& deliveries_;
  stores::Progress& progress_;
  int partition_;
  std::chrono::hours watch_ended_;

  std::map<delivery::CampaignNumber, Queue> queues_;
  std::map<Block, log::Offset> answered_;                          // → offset of the receipts, in the lane's topic
  std::map<delivery::CampaignNumber, log::Offset> closed_wholly_;  // ended ones with nothing open → where the fold of their intents stood
  std::uint64_t catalog_seen_ = 0;
  std::vector<log::Offset> seen_;
  std::uint64_t turns_ = 0;
};

}  // namespace zhida::dispatcher
