#pragma once

#include "domain/delivery/ledger.hpp"
#include "domain/effect/campaign_header.hpp"
#include "domain/effect/counters.hpp"
#include "domain/enterprise/uscc.hpp"
#include "platform/log/event_log.hpp"
#include "stores/deliveries/keys.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace zhida::test {

/// Of the log and its folds. A fixture may choose another number before it makes any.
inline int world_partitions = 2;

/// The topics that enterprises' facts travel in, with dead letters.
log::Layout delivery_layout();

enterprise::Uscc random_uscc(std::mt19937& random);

/// Records of a made-up history: campaigns decided, sent, shown, clicked and paid, in no order between topics and some of them twice.
std::vector<log::NewRecord> random_history(std::mt19937& random, std::size_t enterprises, std::size_t campaigns);

/// What a partition's state must be, folded without any of the code under test: topic by topic, fact by fact, in one go.
struct ExpectedState {
  std::map<enterprise::Uscc, delivery::Ledger> ledgers;
  effect::CampaignHeaders headers;
  effect::Counters counters;
  std::map<delivery::CampaignNumber, std::map<stores::deliveries::Block, std::int64_t>> open;
};
boost::asio::awaitable<ExpectedState> expected_state(log::EventLog& log, int partition);

}  // namespace zhida::test
