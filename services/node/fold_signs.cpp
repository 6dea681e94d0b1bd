#include "node/fold_signs.hpp"

#include "contracts/topics.hpp"
#include "node/foundation.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace zhida::node {
namespace {

namespace asio = boost::asio;
namespace topics = contracts::topics;
using stores::FoldCondition;

constexpr std::array condition_names = {"starting", "building", "live", "stuck"};

/// Whether every place of `next` is at or beyond that of `ends`.
bool reaches(const std::vector<log::Offset>& next, const std::vector<log::Offset>& ends) {
  return std::ranges::equal(next, ends, [](log::Offset place, log::Offset end) { return place >= end; });
}

}  // namespace

FoldSigns::Shown::Shown(FoldSigns& signs, const stores::FoldRunner& runner) : signs_(signs), runner_(runner) {
  signs_.runners_.push_back(&runner_);
}

FoldSigns::Shown::~Shown() {
  signs_.earlier_rebuilds_ += runner_.rebuilds();
  std::erase(signs_.runners_, &runner_);
}

FoldSigns::FoldSigns(Foundation& on) : on_(on) {
  observe::Metrics& metrics = on_.metrics;
  metrics.gauges_from("zhida_fold_position", "The offset that a fold reads next in a topic.", [this] { return positions(); });
  metrics.gauges_from("zhida_fold_condition", "1 for the condition a fold is in.", [this] { return conditions(); });
  metrics.gauges_from("zhida_fold_lag_records", "Records that the log holds and a fold has not folded.", [this] { return lag_records(); });
  metrics.gauges_from("zhida_fold_lag_seconds", "For how long a fold has not reached an end that the log had; 0 at the end.",
                      [this] { return lag_seconds(); });
  metrics.counters_from("zhida_fold_rebuilds_total", "How often a state folded from the start became the live one.",
                        [this] { return rebuilds(); });
  metrics.counters_from("zhida_dead_letters_total", "Records or facts quarantined, by the topic they came from.",
                        [this] { return dead_letters(); });
  metrics.gauges_from("zhida_profiles_enterprises", "Enterprises whose profiles are held in memory.", [this] { return enterprises(); });
  metrics.gauge_from("zhida_commands_undecided", "Commands in the log that have no outcome yet.", {}, [this] { return undecided(); });
  metrics.gauge_from("zhida_log_up", "1 if the event log, Kafka in a cluster, answered when it was last asked.", {},
                     [this] { return log_answers_ ? 1.0 : 0.0; });
  metrics.gauge_from("zhida_log_queue_bytes", "Bytes handed to the event log and not yet acknowledged.", {},
                     [this] { return static_cast<double>(on_.log.queued_bytes()); });
  metrics.gauge_from("zhida_redis_up", "1 while connected to Redis.", {}, [this] { return on_.reads.connected() ? 1.0 : 0.0; });
}

auto FoldSigns::standings() const -> std::vector<Standing> {
  std::vector<Standing> all;
  Standing catalog;
  catalog.fold = "catalog";
  catalog.topics = {std::string(topics::catalog), std::string(topics::commands)};
  for (const std::string& topic : catalog.topics) catalog.next.push_back(on_.catalog.progress().position(topic, 0));
  catalog.condition = on_.catalog.ready() ? FoldCondition::live : FoldCondition::building;
  all.push_back(std::move(catalog));
  for (int partition = 0; partition < on_.partitions; ++partition) {
    if (!on_.profiles.running(partition)) continue;
    Standing profiles;
    profiles.fold = "profiles";
    profiles.partition = partition;
    profiles.topics = {std::string(topics::profiles), std::string(topics::vault)};
    for (const std::string& topic : profiles.topics) profiles.next.push_back(on_.profiles.progress().position(topic, partition));
    profiles.condition = on_.profiles.ready(partition) ? FoldCondition::live : FoldCondition::building;
    all.push_back(std::move(profiles));
  }
  for (const stores::FoldRunner* runner : runners_) {
    Standing deliveries;
    deliveries.fold = runner->fold().name();
    deliveries.partition = runner->partition();
    deliveries.topics = runner->fold().topics();
    if (const auto at = runner->position())
      deliveries.next = at->next;
    else
      deliveries.next.assign(deliveries.topics.size(), 0);
    deliveries.condition = runner->condition();
    all.push_back(std::move(deliveries));
  }
  return all;
}

asio::awaitable<void> FoldSigns::run() {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    const std::vector<Standing> all = standings();
    std::set<std::pair<std::string, int>> known;
    bool answers = true;
    for (const Standing& standing : all) {
      known.emplace(standing.fold, standing.partition);
      if (answers) answers = co_await look_at(standing);
    }
    log_answers_ = answers;
    std::erase_if(ends_, [&](const auto& entry) { return !known.contains(entry.first); });
    pause.expires_after(interval);
    co_await runtime::wait_for_work(pause.async_wait(asio::use_awaitable));
  }
}

asio::awaitable<bool> FoldSigns::look_at(Standing standing) {
  std::vector<log::Offset> ends;
  for (const std::string& topic : standing.topics) {
    const boost::system::result<log::Range> range = co_await on_.log.range(topic, standing.partition);
    if (!range) co_return false;
    ends.push_back(range->end);
  }
  Ends& known = ends_[{standing.fold, standing.partition}];
  if (known.mark.empty() || reaches(standing.next, known.mark)) {
    known.mark = ends;
    known.marked_at = Clock::now();
  }
  known.end = std::move(ends);
  co_return true;
}

auto FoldSigns::positions() const -> Readings {
  Readings readings;
  for (const Standing& standing : standings())
    for (std::size_t i = 0; i < standing.topics.size(); ++i) {
      observe::Labels labels = standing.labels();
      labels.emplace_back("topic", standing.topics[i]);
      readings.emplace_back(std::move(labels), static_cast<double>(standing.next[i]));
    }
  return readings;
}

auto FoldSigns::conditions() const -> Readings {
  Readings readings;
  for (const Standing& standing : standings())
    for (std::size_t i = 0; i < condition_names.size(); ++i) {
      observe::Labels labels = standing.labels();
      labels.emplace_back("condition", condition_names[i]);
      readings.emplace_back(std::move(labels), i == static_cast<std::size_t>(standing.condition) ? 1.0 : 0.0);
    }
  return readings;
}

auto FoldSigns::lag_records() const -> Readings {
  Readings readings;
  for (const Standing& standing : standings()) {
    const auto known = ends_.find({standing.fold, standing.partition});
    if (known == ends_.end()) continue;
    log::Offset behind = 0;
    for (std::size_t i = 0; i < standing.next.size(); ++i) behind += std::max<log::Offset>(known->second.end[i] - standing.next[i], 0);
    readings.emplace_back(standing.labels(), static_cast<double>(behind));
  }
  return readings;
}

auto FoldSigns::lag_seconds() const -> Readings {
  Readings readings;
  for (const Standing& standing : standings()) {
    const auto known = ends_.find({standing.fold, standing.partition});
    if (known == ends_.end()) continue;
    const std::chrono::duration<double> behind = Clock::now() - known->second.marked_at;
    readings.emplace_back(standing.labels(), reaches(standing.next, known->second.mark) ? 0.0 : behind.count());
  }
  return readings;
}

auto FoldSigns::rebuilds() const -> Readings {
  std::uint64_t sum = earlier_rebuilds_;
  for (const stores::FoldRunner* runner : runners_) sum += runner->rebuilds();
  return {{{{"fold", std::string(on_.deliveries_fold.name())}}, static_cast<double>(sum)}};
}

auto FoldSigns::dead_letters() const -> Readings {
  Readings readings;
  const auto& appended = on_.dead_letters.appended();
  for (const log::TopicLayout& topic : on_.log.layout()) {
    if (topic.name == topics::dead_letters || topic.name == topics::audit) continue;
    const auto known = appended.find(topic.name);
    readings.emplace_back(observe::Labels{{"topic", topic.name}}, known == appended.end() ? 0.0 : static_cast<double>(known->second));
  }
  return readings;
}

auto FoldSigns::enterprises() const -> Readings {
  Readings readings;
  for (int partition = 0; partition < on_.partitions; ++partition)
    if (on_.profiles.running(partition))
      readings.emplace_back(observe::Labels{{"partition", std::to_string(partition)}}, static_cast<double>(on_.profiles.size(partition)));
  return readings;
}

double FoldSigns::undecided() const {
  const log::Offset next = on_.catalog.progress().position(topics::commands, 0);
  const log::Offset decided = on_.catalog.answered_to() ? *on_.catalog.answered_to() + 1 : 0;
  return static_cast<double>(std::max<log::Offset>(next - decided, 0));
}

}  // namespace zhida::node
