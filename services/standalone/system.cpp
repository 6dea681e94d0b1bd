#include "standalone/system.hpp"

#include "platform/auth/digest.hpp"
#include "platform/json/document.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "schemas/files.hpp"
#include "standalone/retention.hpp"
#include "stores/topic_layout.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>

namespace zhida::standalone {
namespace {

namespace asio = boost::asio;

domain::Instant now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// The hosts that links of the sample lead to.
std::set<std::string> sample_hosts() {
  std::set<std::string> hosts;
  const auto add = [&hosts](const json::Value* url) {
    if (url == nullptr || !url->IsString()) return;
    if (auto host = policy::host_of(json::text_of(*url))) hosts.insert(std::move(*host));
  };
  for (const schemas::File& file : schemas::files()) {
    if (!file.path.starts_with("samples/items/")) continue;
    const json::Parsed sample = json::parse(std::string(file.bytes));
    const json::Value* document = sample ? json::find(*sample, "document") : nullptr;
    const json::Value* item = sample ? json::find(*sample, "item") : nullptr;
    if (document != nullptr) add(json::find(*document, "source"));
    const json::Value* links = item != nullptr ? json::find(*item, "links") : nullptr;
    if (links != nullptr && links->IsArray())
      for (const json::Value& link : links->GetArray()) add(json::find(link, "url"));
  }
  return hosts;
}

operators::Settings operator_settings(const ServeSettings& settings) {
  operators::Settings made;
  made.link_hosts = settings.link_hosts;
  made.link_hosts.emplace_back("*.gov.cn");
  for (const std::string& host : sample_hosts()) made.link_hosts.push_back(host);
  made.page_url = settings.page_url;
  return made;
}

page::Settings page_settings(const ServeSettings& settings, const auth::Digest& master_key) {
  page::Settings made;
  made.token_key = auth::hkdf_sha256(auth::bytes_of(master_key), "", "zhida click links", 32);
  made.page_url = settings.page_url;
  return made;
}

}  // namespace

System::System(asio::any_io_executor executor, const DataDirectory& directory, const ServeSettings& settings, redis::Servers redis,
               const observe::Log& journal)
    : executor_(executor),
      journal_(journal),
      keys_(directory.keys()),
      master_key_(read_master_key(directory)),
      reference_(stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); })),
      log_(executor, directory.log(), stores::topic_layout(settings.partitions)),
      fold_redis_(redis::connect(executor, redis,
                                 [&journal](bool up, std::string_view reason) {
                                   journal.info(up ? "redis.connected" : "redis.lost", {{"reason", reason}});
                                 })),
      read_redis_(redis::connect(executor, redis)),
      dead_letters_(log_, &now),
      catalog_(executor, log_, reference_.language, dead_letters_,
               [&journal](std::string_view what) {
                 journal.warning("catalog.fold", {{"what", what}});
               }),
      profiles_(executor, log_, settings.partitions, reference_.dictionary, {*reference_.industries, reference_.size_classes},
                dead_letters_,
                [&journal](int partition, std::string_view what) {
                  journal.warning("profiles.fold", {{"partition", partition}, {"what", what}});
                }),
      columns_(profiles_, reference_.language, [] { return domain::date_of(now()); }),
      deliveries_progress_(executor),
      deliveries_fold_({.partitions = settings.partitions}),
      deliveries_(*read_redis_, deliveries_fold_, settings.partitions, deliveries_progress_),
      operators_({log_, reference_, catalog_, profiles_, columns_, deliveries_, master_key_, journal, &now, pool_.get_executor()},
                 operator_settings(settings)),
      matcher_({executor, log_, catalog_, profiles_, columns_, deliveries_, deliveries_progress_, reference_, metrics_, journal, &now,
                [this](std::string_view campaign, std::string_view reason) { operators_.let_fail(campaign, reason); }}),
      dispatcher_({executor, pool_.get_executor(), log_, catalog_, profiles_, deliveries_, deliveries_progress_, reference_, metrics_,
                   journal, &now, [this](std::string_view campaign, std::string_view reason) { operators_.let_fail(campaign, reason); }}),
      page_({log_, reference_, catalog_, profiles_, deliveries_, metrics_, &now}, page_settings(settings, master_key_)),
      effects_({executor, log_, *read_redis_, deliveries_fold_, deliveries_progress_, deliveries_, catalog_, profiles_, reference_,
                pool_.get_executor(), journal, metrics_, &now},
               {}) {
  for (int partition = 0; partition < settings.partitions; ++partition)
    runners_.push_back(
        std::make_unique<stores::FoldRunner>(executor, log_, *fold_redis_, deliveries_fold_, partition, deliveries_progress_, dead_letters_,
                                             [&journal](std::string_view fold, int of, std::string_view what) {
                                               journal.info("fold.condition", {{"fold", fold}, {"partition", of}, {"what", what}});
                                             }));
  operators_.add_routes(router_);
  page_.add_routes(router_);
  effects_.add_routes(router_);
  docs_.add_to(router_);
  add_own_routes();
}

void System::spawn_connections(runtime::TaskGroup& group) {
  group.spawn(fold_redis_->run());
  group.spawn(read_redis_->run());
}

void System::spawn_work(runtime::TaskGroup& group) {
  group.spawn(catalog_.run());
  for (int partition = 0; partition < profiles_.partitions(); ++partition) group.spawn(profiles_.run(partition));
  for (const auto& runner : runners_) group.spawn(runner->run());
  for (int partition = 0; partition < profiles_.partitions(); ++partition) {
    group.spawn(matcher_.run_partition(partition));
    group.spawn(dispatcher_.run_partition(partition));
  }
  group.spawn(operators_.run_owner());
  group.spawn(operators_.run_clock());
  group.spawn(effects_.run_verifier());
  group.spawn(effects_.run_nightly());
  group.spawn(run_retention(log_, catalog_, &now, journal_));
  group.spawn(reload_keys());
}

bool System::ready() const {
  return catalog_.ready() && profiles_.ready() &&
         std::ranges::all_of(runners_, [](const auto& runner) { return runner->condition() == stores::FoldCondition::live; });
}

void System::add_own_routes() {
  router_.add(http::Verb::get, "/healthz", http::RouteInfo("health", http::Access::open()),
              [](http::Request&) -> asio::awaitable<http::Response> { co_return http::ok("{\"status\":\"alive\"}"); });
  router_.add(http::Verb::get, "/readyz", http::RouteInfo("readiness", http::Access::open()),
              [this](http::Request&) -> asio::awaitable<http::Response> {
                if (ready()) co_return http::ok("{\"status\":\"ready\"}");
                co_return http::Response(http::Status::unavailable, "{\"status\":\"folding the log\"}");
              });
  router_.add(http::Verb::get, "/metrics", http::RouteInfo("metrics", http::Access::loopback()),
              [this](http::Request&) -> asio::awaitable<http::Response> {
                co_return http::Response(http::Status::ok, metrics_.text(), "text/plain; version=0.0.4; charset=utf-8");
              });
}

asio::awaitable<void> System::reload_keys() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(std::chrono::milliseconds(500));
    co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
    if (keys_.reload_if_changed()) journal_.info("keys.reloaded", {{"keys", keys_.size()}});
  }
}

}  // namespace zhida::standalone
