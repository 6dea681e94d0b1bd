#include "node/cluster_node.hpp"

#include "contracts/topics.hpp"
#include "node/advertised_address.hpp"
#include "node/population/remote_population.hpp"
#include "node/secrets.hpp"
#include "node/system_command.hpp"
#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"
#include "platform/http/problem.hpp"
#include "platform/http/server.hpp"
#include "platform/redis/connect.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "platform/runtime/kept_memory.hpp"
#include "stores/topic_layout.hpp"

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

namespace zhida::node {
namespace {

namespace asio = boost::asio;

std::unique_ptr<redis::Client> connect(asio::io_context& context, const std::string& url, const observe::Log& journal) {
  return redis::connect(context.get_executor(), redis::Servers::parse(url).value(), [&journal](bool up, std::string_view reason) {
    journal.info(up ? "redis.connected" : "redis.lost", {{"reason", reason}});
  });
}

}  // namespace

ClusterNode::ClusterNode(asio::io_context& context, ClusterSettings settings, const observe::Log& journal)
    : context_(context),
      settings_(std::move(settings)),
      journal_(journal),
      keys_(settings_.keys),
      advertised_(advertised_address(settings_)),
      master_key_(read_master_key(settings_.master_key)),
      writes_(connect(context, settings_.redis, journal)),
      reads_(connect(context, settings_.redis, journal)),
      log_(std::make_unique<log::KafkaLog>(context.get_executor(), settings_.kafka, stores::topic_layout(settings_.partitions),
                                           [&journal](std::string_view what) {
                                             journal.warning("kafka", {{"what", what}});
                                           })),
      foundation_(std::make_unique<Foundation>(context.get_executor(), *log_, settings_.partitions, *reads_, journal)),
      registry_(*reads_),
      process_(context, journal) {
  door_ = http::listen(context.get_executor(), settings_.address, settings_.port);
  port_ = door_->local_endpoint().port();
  if (settings_.metrics_port) metrics_door_ = http::listen(context.get_executor(), settings_.address, *settings_.metrics_port);
  process_.spawn_connection(writes_->run());
  process_.spawn_connection(reads_->run());
  process_.spawn_work(foundation_->catalog.run());
  process_.spawn_work(foundation_->signs.run());
  process_.spawn_work(reload_keys(keys_, journal_));
  foundation_->metrics.gauges_from("zhida_partitions_owned", "Partitions that this process owns, by consumer group.", [this] {
    std::vector<observe::Metrics::Reading> readings;
    for (const auto& owner : owners_) {
      const auto& partitions = owner->partitions();
      readings.emplace_back(observe::Labels{{"group", owner->group()}}, partitions ? static_cast<double>(partitions->size()) : 0.0);
    }
    return readings;
  });
  add_own_routes(router_, foundation_->metrics, [this] { return unready(); });
}

void ClusterNode::announce(std::string service, std::function<void(Announcement&)> fill) {
  const std::string id = service + "-" + auth::hex(auth::random_bytes(8));
  presence_.emplace(
      context_.get_executor(), registry_, *log_, id,
      [this, service = std::move(service), fill = std::move(fill)] {
        Announcement made;
        made.service = service;
        made.address = advertised_ + ":" + std::to_string(port_);
        fill(made);
        return made;
      },
      [this](std::string_view why_not) {
        if (why_not.empty())
          journal_.info("presence.current", {});
        else
          journal_.warning("presence.lost", {{"reason", why_not}});
      });
  process_.spawn_connection(presence_->run());
}

void ClusterNode::answer_reads(std::string service) {
  for (int partition = 0; partition < settings_.partitions; ++partition) process_.spawn_work(foundation_->profiles.run(partition));
  ready_when([this] { return foundation_->profiles.ready() ? "" : "folding the profiles"; });
  answers_reads_ = true;
  announce(std::move(service), [this](Announcement& announcement) { announcement.positions = positions(); });
  ready_when([this] { return presence_->current() ? "" : "waiting to be known to the other processes"; });
  elsewhere_.emplace(context_.get_executor(), registry_, presence_->id(), [this](std::string_view other, std::string_view said) {
    journal_.warning("presence.dismissed", {{"process", other}, {"announcement", said}});
  });
  process_.spawn_connection(elsewhere_->run());
}

void ClusterNode::answer_questions(std::string service, const log::PartitionOwner& owner) {
  const auto owned = [&owner] { return owner.partitions().value_or(std::vector<std::int32_t>()); };
  questions_ = std::make_unique<QueryPort>(
      LocalPopulation(foundation_->reference, foundation_->catalog, foundation_->profiles, foundation_->columns), foundation_->catalog,
      foundation_->profiles, query_key_of(master_key_), [owned](int partition) {
        const std::vector<std::int32_t> partitions = owned();
        return std::ranges::find(partitions, partition) != partitions.end();
      });
  questions_->add_to(router_);
  announce(std::move(service), [this, owned](Announcement& announcement) {
    for (const std::int32_t partition : owned())
      if (foundation_->profiles.ready(partition)) announcement.owned.push_back(partition);
  });
}

std::unique_ptr<Population> ClusterNode::everybody() {
  return std::make_unique<RemotePopulation>(registry_, settings_.partitions, query_key_of(master_key_), [this] { return positions(); });
}

asio::awaitable<bool> ClusterNode::passed_elsewhere(stores::WrittenTo written, Elsewhere::Clock::time_point deadline) {
  return elsewhere_->passed(std::move(written), deadline);
}

Announcement::Positions ClusterNode::positions() const {
  namespace topics = contracts::topics;
  Announcement::Positions all;
  for (const std::string_view topic : {topics::catalog, topics::commands})
    all[std::string(topic)] = {foundation_->catalog.progress().position(topic, 0)};
  for (const std::string_view topic : {topics::profiles, topics::vault}) {
    auto& positions = all[std::string(topic)];
    for (int partition = 0; partition < settings_.partitions; ++partition)
      positions.push_back(foundation_->profiles.progress().position(topic, partition));
  }
  return all;
}

/// Keys decide who may ask what; before, a process that might show less than was acknowledged elsewhere refuses everything with 503.
http::Authorise ClusterNode::authorise() const {
  return [this, keys = http::bearer_keys(keys_)](http::Request& request, const http::Route& route) -> std::optional<http::Problem> {
    if (answers_reads_ && !presence_->current() && route.info.access.kind == http::Access::Kind::roles)
      return http::problems::unavailable(std::chrono::seconds(1), "this process is catching up with the others.",
                                         "本进程正在追赶最新状态，请稍后重试。");
    return keys(request, route);
  };
}

const log::PartitionOwner& ClusterNode::own(std::string group, std::string_view topic, log::PartitionOwner::Work work) {
  std::vector<std::string> topics(1, std::string(topic));
  owners_.push_back(std::make_unique<log::PartitionOwner>(
      context_.get_executor(), *log_, group, std::move(topics), std::move(work), [this](std::string_view reason) { process_.fail(reason); },
      [this, group](std::int32_t partition, bool mine) {
        journal_.info(mine ? "partition.gained" : "partition.lost", {{"group", group}, {"partition", partition}});
      }));
  process_.spawn_work(owners_.back()->run());
  return *owners_.back();
}

void ClusterNode::let_fail(std::string_view campaign, std::string_view reason) {
  if (std::ranges::find(failing_, campaign) != failing_.end()) return;
  failing_.emplace_back(campaign);
  process_.spawn_work(fail_campaign(std::string(campaign), std::string(reason)));
}

asio::awaitable<void> ClusterNode::fail_campaign(std::string campaign, std::string reason) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  for (;;) {
    const auto known = foundation_->catalog.campaign(campaign);
    if (known == nullptr || campaign::is_terminal(known->state)) break;
    std::vector<log::NewRecord> records;
    records.push_back(record_of(system_command(contracts::CommandKind::campaign_fail, campaign, known->revision, reason, now()), ""));
    const auto appended = co_await log_->append(std::move(records));
    if (appended.has_error()) journal_.warning("campaign.fails", {{"campaign", campaign}, {"reason", appended.error().message()}});
    pause.expires_after(std::chrono::seconds(1));
    co_await runtime::wait_for_work(pause.async_wait(asio::use_awaitable));
  }
  std::erase(failing_, campaign);
}

std::string ClusterNode::unready() const {
  if (!foundation_->catalog.ready()) return "folding the catalogue";
  for (const auto& owner : owners_)
    if (!owner->partitions()) return "waiting for partitions";
  for (const auto& ask : unready_)
    if (std::string reason = ask(); !reason.empty()) return reason;
  return "";
}

asio::awaitable<void> ClusterNode::run() {
  if (metrics_door_) process_.show_metrics(std::move(*metrics_door_), foundation_->metrics);
  process_.answer(std::move(*door_), router_, authorise(), foundation_->metrics);
  std::function<asio::awaitable<void>()> release;
  if (presence_) release = [this] { return presence_->leave(); };
  std::exception_ptr failure;
  try {
    co_await process_.until_stopped(std::move(release));
  } catch (...) {
    failure = std::current_exception();
  }
  log_.reset();  // its timers would keep the context running
  if (failure) std::rethrow_exception(failure);
}

int run_service(int argc, char** argv, const std::string& name, const std::string& description,
                const std::function<std::shared_ptr<void>(ClusterNode&)>& compose) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error code, not our end
  runtime::keep_freed_memory();
  CLI::App app(description, name);
  ClusterOptions options;
  options.add_to(app);
  CLI11_PARSE(app, argc, argv);
  try {
    ClusterSettings settings = options.settings();
    const observe::Log journal(STDERR_FILENO, level_named(settings.log_level));
    asio::io_context context(1);
    ClusterNode node(context, std::move(settings), journal);
    const std::shared_ptr<void> service = compose(node);
    std::exception_ptr failure;
    asio::co_spawn(context, node.run(), [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    node.pool().join();
    if (failure) std::rethrow_exception(failure);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return 1;
  }
}

}  // namespace zhida::node
