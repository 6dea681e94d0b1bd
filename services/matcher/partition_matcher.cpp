#include "matcher/partition_matcher.hpp"

#include "platform/runtime/graceful_stop.hpp"
#include "platform/runtime/take_turns.hpp"
#include "stores/deliveries/catch_up.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace zhida::matcher {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using campaign::Lane;
using Clock = stores::Notice::Clock;

constexpr std::chrono::milliseconds look_again{50};

/// It ran, and is over without having reached everybody of its audience.
bool ended_early(const campaign::Campaign& campaign) {
  return campaign.started_at && campaign::is_terminal(campaign.state) && campaign.state != campaign::State::completed;
}

/// What an enterprise of the audience is decided as; nothing while none may be.
std::optional<delivery::State> decided_as(const campaign::Campaign& campaign, domain::Instant now) {
  if (campaign.state == campaign::State::running && now < campaign::end_of(campaign.plan)) return delivery::State::matched;
  if (!ended_early(campaign)) return std::nullopt;
  return campaign.state == campaign::State::expired ? delivery::State::expired : delivery::State::cancelled;
}

}  // namespace

const std::string& topic_of(Lane lane) {
  static const std::string urgent = "intents-urgent", other = "intents";
  return lane == Lane::urgent ? urgent : other;
}

PartitionMatcher::PartitionMatcher(Service& service, int partition)
    : service_(service),
      with_(service.dependencies_),
      partition_(partition),
      order_(with_.profiles, partition),
      evidence_(*with_.reference.dictionary, *with_.reference.industries),
      slots_(with_.reference.dictionary->size()) {}

// Another process goes on with what is not over.
PartitionMatcher::~PartitionMatcher() {
  for (const auto& [id, run] : runs_)
    if (run.stage != Stage::over) service_.metrics_.deciding.add(-1);
}

asio::awaitable<void> PartitionMatcher::run() {
  return runtime::take_turns([this] { return opened_ ? turn() : open(); }, service_.settings_.retry,
                             [this](std::string_view reason, bool again) {
                               service_.metrics_.failures.increment();
                               if (!again) with_.journal.warning("matcher.waits", {{"partition", partition_}, {"reason", reason}});
                             });
}

// What an earlier life decided, sent or was told must be folded before anything is decided: only then do the ledgers show it.
auto PartitionMatcher::open() -> Result<void> {
  while (!with_.catalog.ready() || !with_.profiles.ready(partition_)) co_await runtime::rest(std::chrono::milliseconds(20));
  const result<void> caught_up = co_await stores::catch_up(with_.log, with_.deliveries, partition_, service_.settings_.retry);
  opened_ = caught_up.has_value();
  co_return caught_up;
}

void PartitionMatcher::refresh() {
  if (with_.catalog.version() == catalog_seen_) return;
  catalog_seen_ = with_.catalog.version();
  for (const auto& [id, campaign] : with_.catalog.campaigns()) {
    const bool ended = ended_early(*campaign);
    const bool open = campaign->state == campaign::State::running || campaign->state == campaign::State::paused;
    if (!open && (!ended || finished_.contains(id))) continue;
    const auto [run, fresh] = runs_.try_emplace(id);
    if (fresh) {
      run->second.number = delivery::parse_campaign(id).value();
      service_.metrics_.deciding.add(1);
    } else if (run->second.campaign->state != campaign->state) {
      rewind(run->second);
    }
    run->second.campaign = campaign;
  }
  std::erase_if(runs_, [&](const auto& entry) {
    const auto campaign = with_.catalog.campaign(entry.first);
    if (!campaign::is_terminal(campaign->state)) return false;
    if (entry.second.stage != Stage::over && campaign->state != campaign::State::completed) return false;
    if (entry.second.stage != Stage::over) service_.metrics_.deciding.add(-1);
    service_.compiled_.forget(entry.first);
    finished_.insert(entry.first);
    return true;
  });
}

void PartitionMatcher::finish(Run& run) {
  run.stage = Stage::over;
  run.order.reset();
  service_.metrics_.deciding.add(-1);
}

std::optional<delivery::State> PartitionMatcher::decided_now(const Run& run) const {
  return decided_as(*with_.catalog.campaign(run.campaign->id), with_.now());
}

bool PartitionMatcher::is_folded(const Run& run) const {
  return with_.deliveries_progress.position(topic_of(run.campaign->plan.lane), partition_) >= run.folded_before;
}

auto PartitionMatcher::pick() -> Run* {
  Run* best = nullptr;
  for (auto& [id, run] : runs_) {
    if (run.stage == Stage::over || !decided_now(run)) continue;
    if (run.stage != Stage::deciding && !is_folded(run)) continue;
    // Nobody waits for a message of a campaign that is over.
    const auto order = [](const Run& each) {
      return std::tuple(campaign::is_terminal(each.campaign->state) ? Lane::bulk : each.campaign->plan.lane, each.last_turn);
    };
    if (best == nullptr || order(run) < order(*best)) best = &run;
  }
  return best;
}

auto PartitionMatcher::turn() -> Result<void> {
  refresh();
  Run* const run = pick();
  if (run == nullptr) {
    co_await wait();
    co_return result<void>();
  }
  run->last_turn = ++turns_;
  switch (run->stage) {
    case Stage::opening:
      co_return co_await begin(*run);
    case Stage::deciding:
      co_return co_await decide_on(*run);
    case Stage::closing:
      co_return co_await close(*run);
    case Stage::over:
      break;
  }
  co_return result<void>();
}

asio::awaitable<void> PartitionMatcher::wait() {
  const auto unfolded = std::ranges::find_if(runs_, [&](const auto& entry) {
    const Run& run = entry.second;
    return run.stage != Stage::over && decided_now(run) && !is_folded(run);
  });
  if (unfolded != runs_.end()) {
    const Run& run = unfolded->second;
    co_await with_.deliveries.wait_until(topic_of(run.campaign->plan.lane), partition_, run.folded_before - 1, look_again);
  } else {
    co_await prepare();
    co_await runtime::wait_for_work(with_.catalog.changed(catalog_seen_, Clock::now() + look_again));
  }
}

// So that a launch finds order and columns made. Not while profiles pour in: each would be taken over again and again.
asio::awaitable<void> PartitionMatcher::prepare() {
  const log::Offset folded = with_.profiles.progress().position("profiles", partition_);
  if (std::exchange(profiles_seen_, folded) != folded) co_return;
  order_.rows();
  co_await with_.columns.at(domain::date_of(with_.now()));
}

auto PartitionMatcher::begin(Run& run) -> Result<void> {
  if (run.uncertain) {
    const result<log::Range> range = co_await with_.log.range(topic_of(run.campaign->plan.lane), partition_);
    if (!range) co_return range.error();
    run.uncertain = false;
    run.folded_before = range->end;
    co_return result<void>();
  }
  const auto marks = co_await with_.deliveries.decided(key_of(run));
  if (!marks) co_return marks.error();
  if ((*marks)[static_cast<std::size_t>(partition_)]) {
    finish(run);
    co_return result<void>();
  }
  // What was acknowledged before the launch belongs to it, though this process may not have read it yet.
  const result<void> heard = co_await with_.profiles.reach_end(partition_);
  if (!heard) co_return heard.error();
  const campaign::CompileOutcome& outcome = service_.compiled_.get(*run.campaign);
  if (outcome.compiled == nullptr) {
    if (!campaign::is_terminal(run.campaign->state)) service_.report_undecidable(*run.campaign, outcome.reason);
    finish(run);
    co_return result<void>();
  }
  run.compiled = outcome.compiled;
  run.slots = evidence_.slots_with(run.compiled->audience.slots());
  const std::size_t items = std::max<std::size_t>(1, run.compiled->audience.items().size());
  run.block_facts = std::clamp<std::size_t>(service_.settings_.block_decisions / items, 1, service_.settings_.block_facts);
  // Whoever is heard of later does not join: the order does not have their rows.
  const auto& listed = run.compiled->audience.listed();
  run.order = listed ? order_.listed(*listed) : order_.rows();
  run.cursor = 0;
  run.candidates.clear();
  run.blocks.clear();
  forget_columns(run);
  run.stage = Stage::deciding;
  co_return result<void>();
}

}  // namespace zhida::matcher
