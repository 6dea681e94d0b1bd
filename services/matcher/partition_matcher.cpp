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

}  // namespace

const std::string& topic_of(Lane lane) {
  static const std::string urgent = "intents-urgent", other = "intents";
  return lane == Lane::urgent ? urgent : other;
}

PartitionMatcher::PartitionMatcher(Service& service, int partition)
    : service_(service),
      with_(service.dependencies_),
      partition_(partition),
      evidence_(*with_.reference.dictionary, *with_.reference.industries),
      slots_(with_.reference.dictionary->size()) {}

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
  const std::size_t before = runs_.size();
  std::erase_if(runs_, [&](const auto& entry) {
    const auto campaign = with_.catalog.campaign(entry.first);
    const bool gone = campaign == nullptr || (campaign->state != campaign::State::running && campaign->state != campaign::State::paused);
    if (gone) service_.compiled_.forget(entry.first);
    return gone;
  });
  service_.metrics_.deciding.add(-static_cast<double>(before - runs_.size()));
  for (const auto& [id, campaign] : with_.catalog.campaigns()) {
    if (campaign->state != campaign::State::running && campaign->state != campaign::State::paused) continue;
    const auto [run, fresh] = runs_.try_emplace(id);
    if (fresh) service_.metrics_.deciding.add(1);
    run->second.campaign = campaign;
    if (campaign->state == campaign::State::paused) rewind(run->second);
  }
}

bool PartitionMatcher::is_running(const Run& run) const {
  const auto campaign = with_.catalog.campaign(run.campaign->id);
  return campaign != nullptr && campaign->state == campaign::State::running && with_.now() < campaign::end_of(campaign->plan);
}

bool PartitionMatcher::is_folded(const Run& run) const {
  return with_.deliveries_progress.position(topic_of(run.campaign->plan.lane), partition_) >= run.folded_before;
}

auto PartitionMatcher::pick() -> Run* {
  Run* best = nullptr;
  for (auto& [id, run] : runs_) {
    if (run.stage == Stage::over || !is_running(run)) continue;
    if (run.stage != Stage::deciding && !is_folded(run)) continue;
    const auto order = [](const Run& each) { return std::tuple(each.campaign->plan.lane, each.last_turn); };
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
      co_return co_await look_on(*run);
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
    return run.stage != Stage::over && is_running(run) && !is_folded(run);
  });
  if (unfolded != runs_.end()) {
    const Run& run = unfolded->second;
    co_await with_.deliveries.wait_until(topic_of(run.campaign->plan.lane), partition_, run.folded_before - 1, look_again);
  } else {
    co_await runtime::wait_for_work(with_.catalog.changed(catalog_seen_, Clock::now() + look_again));
  }
}

auto PartitionMatcher::begin(Run& run) -> Result<void> {
  const campaign::CompileOutcome& outcome = service_.compiled_.get(*run.campaign);
  if (outcome.compiled == nullptr) {
    service_.report_undecidable(*run.campaign, outcome.reason);
    run.stage = Stage::over;
    co_return result<void>();
  }
  run.compiled = outcome.compiled;
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
    run.stage = Stage::over;
    co_return result<void>();
  }
  // Whoever is heard of later does not join: rows behind the end are not looked at.
  const auto& listed = run.compiled->audience.listed();
  run.cursor = 0;
  run.end = listed ? listed->size() : with_.profiles.size(partition_);
  run.candidates.clear();
  run.stage = Stage::deciding;
  co_return result<void>();
}

}  // namespace zhida::matcher
