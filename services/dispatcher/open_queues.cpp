#include "dispatcher/open_queues.hpp"

#include "dispatcher/recheck.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace zhida::dispatcher {

using boost::system::result;
using campaign::Lane;

const std::string& intents_of(Lane lane) {
  static const std::string urgent = "intents-urgent", other = "intents";
  return lane == Lane::urgent ? urgent : other;
}

const std::string& receipts_of(Lane lane) {
  static const std::string urgent = "receipts-urgent", other = "receipts";
  return lane == Lane::urgent ? urgent : other;
}

std::vector<log::Offset> OpenQueues::positions() const {
  std::vector<log::Offset> result;
  for (const Lane lane : {Lane::urgent, Lane::normal}) {
    result.push_back(progress_.position(intents_of(lane), partition_));
    result.push_back(progress_.position(receipts_of(lane), partition_));
  }
  return result;
}

bool OpenQueues::is_catalog_stale() const { return catalog_.version() != catalog_seen_; }

bool OpenQueues::is_stale() const {
  const auto to_be_read = [](const auto& entry) { return entry.second.intents_seen < 0; };
  return is_catalog_stale() || positions() != seen_ || std::ranges::any_of(queues_, to_be_read);
}

// An ended campaign is looked at until nothing of it is open, and again when intents that were on their way may have come in.
bool OpenQueues::is_wanted(const campaign::Campaign& campaign, delivery::CampaignNumber number, domain::Instant now) const {
  if (campaign.state == campaign::State::running || campaign.state == campaign::State::paused) return true;
  if (!campaign::is_terminal(campaign.state)) return false;
  const auto closed = closed_wholly_.find(number);
  if (closed == closed_wholly_.end()) return true;
  const bool moved = closed->second != progress_.position(intents_of(campaign.plan.lane), partition_);
  return moved && (!campaign.ended_at || now - *campaign.ended_at < watch_ended_);
}

auto OpenQueues::refresh(domain::Instant now) -> boost::asio::awaitable<result<void>> {
  const std::uint64_t version = catalog_.version();
  std::vector<log::Offset> stand = positions();
  // Before anything is read: what is read then shows these answers.
  std::erase_if(answered_, [&](const auto& entry) {
    const Lane lane = entry.first.urgent ? Lane::urgent : Lane::normal;
    return progress_.position(receipts_of(lane), partition_) > entry.second;
  });

  std::vector<std::shared_ptr<const campaign::Campaign>> wanted;
  for (const auto& [id, campaign] : catalog_.campaigns()) {
    const auto number = delivery::parse_campaign(id);
    if (number && is_wanted(*campaign, *number, now))
      wanted.push_back(campaign);
    else if (number)
      queues_.erase(*number);
  }
  for (std::shared_ptr<const campaign::Campaign>& campaign : wanted) {
    const delivery::CampaignNumber number = *delivery::parse_campaign(campaign->id);
    Queue& queue = queues_[number];
    queue.campaign = number;
    queue.state = std::move(campaign);
    if (campaign::is_terminal(queue.state->state) && !queue.withheld.empty()) {
      queue.withheld.clear();
      queue.read_anew();
    }
    const result<void> done = co_await read(queue);
    if (!done) co_return done;
  }
  catalog_seen_ = version;
  seen_ = std::move(stand);
  co_return result<void>();
}

auto OpenQueues::read(Queue& queue) -> boost::asio::awaitable<result<void>> {
  const Lane lane = queue.state->plan.lane;
  const log::Offset intents = progress_.position(intents_of(lane), partition_);
  const log::Offset receipts = progress_.position(receipts_of(lane), partition_);
  if (queue.intents_seen == intents && queue.receipts_seen == receipts) co_return result<void>();
  const result<std::vector<stores::OpenBlock>> blocks = co_await deliveries_.open_blocks(partition_, queue.campaign);
  if (!blocks) co_return blocks.error();
  queue.intents_seen = intents;
  queue.receipts_seen = receipts;
  queue.blocks.clear();
  for (const stores::OpenBlock& block : *blocks)
    if (!answered_.contains(block.block) && !queue.withheld.contains(block.block)) queue.blocks.push_back(block);
  closed_wholly_.erase(queue.campaign);
  if (blocks->empty() && campaign::is_terminal(queue.state->state)) closed_wholly_[queue.campaign] = intents;
  co_return result<void>();
}

Queue* OpenQueues::pick(domain::Instant now) {
  Queue* best = nullptr;
  const auto order = [](const Queue& queue) { return std::tuple(queue.state->plan.lane, queue.last_turn); };
  for (auto& [number, queue] : queues_) {
    if (queue.blocks.empty() || action_of(*queue.state, now) == Action::hold) continue;
    if (best == nullptr || order(queue) < order(*best)) best = &queue;
  }
  if (best != nullptr) best->last_turn = ++turns_;
  return best;
}

void OpenQueues::answered(Lane lane, Block block, log::Offset offset) {
  block.urgent = lane == Lane::urgent;
  answered_[block] = offset;
}

std::int64_t OpenQueues::open(Lane lane) const {
  std::int64_t sum = 0;
  for (const auto& [number, queue] : queues_)
    for (const stores::OpenBlock& block : queue.blocks)
      if (queue.state->plan.lane == lane) sum += block.open;
  return sum;
}

std::vector<OpenQueues::Oldest> OpenQueues::oldest(domain::Instant now) const {
  std::vector<Oldest> result;
  for (const auto& [number, queue] : queues_)
    if (!queue.blocks.empty())
      result.push_back({queue.state->plan.lane, queue.blocks.front().block, action_of(*queue.state, now) == Action::hold});
  return result;
}

}  // namespace zhida::dispatcher
