#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/outcomes/outcome_recorded.hpp"
#include "contracts/profiles/profile_patched.hpp"
#include "dispatcher/service.hpp"
#include "matcher/service.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "schemas/files.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/fold/fold_runner.hpp"
#include "stores/topic_layout.hpp"
#include "support/forwarding_log.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::launch_test {

namespace asio = boost::asio;
using test::RedisServer;
using test::run_coroutine;

/// A log that can lose its acknowledgements.
class UnreliableLog final : public test::ForwardingLog {
 public:
  explicit UnreliableLog(log::Layout layout) : ForwardingLog(log_), log_(std::move(layout)) {}

  /// Called with each record appended; true: it is kept but not acknowledged.
  std::function<bool(const log::NewRecord&)> loses;
  /// Called with each record before it is appended.
  std::function<void(const log::NewRecord&)> sees;
  /// Called with where each read begins, and what it brings.
  std::function<void(log::Offset from, const log::Batch&)> shows;

  Awaitable<std::vector<log::Offset>> append(std::vector<log::NewRecord> records) override {
    bool lost = false;
    for (const log::NewRecord& record : records) {
      lost = lost || (loses && loses(record));
      if (sees) sees(record);
    }
    auto offsets = co_await log_.append(std::move(records));
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (lost) co_return log::make_error_code(log::Error::io);
    co_return offsets;
  }
  Awaitable<log::Batch> read(std::string_view topic, std::int32_t partition, log::Offset from, log::ReadLimits limits) override {
    auto batch = co_await log_.read(topic, partition, from, limits);
    if (shows && batch) shows(from, *batch);
    co_return batch;
  }

 private:
  log::MemoryLog log_;
};

/// A log whose records can be a while in coming.
class LateLog final : public test::ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;

  bool late = false;

  Awaitable<log::Batch> read(std::string_view topic, std::int32_t partition, log::Offset from, log::ReadLimits limits) override {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    while (late) {
      pause.expires_after(std::chrono::milliseconds(1));
      co_await pause.async_wait(asio::use_awaitable);
    }
    co_return co_await ForwardingLog::read(topic, partition, from, limits);
  }
};

inline enterprise::Uscc uscc(int number) {
  std::string digits = "91310117MA1J00000";
  for (std::size_t at = 16, rest = static_cast<std::size_t>(number); rest > 0; --at, rest /= 31)
    digits[at] = enterprise::Uscc::alphabet[rest % 31];
  return *enterprise::Uscc::make(digits);
}

/// Everything a campaign needs to be decided and delivered: log, stores, folds in a real Redis. Matcher and dispatcher run when started,
/// and can be killed and started again while the rest goes on.
class Launch {
 public:
  static constexpr int partitions = 2;

  explicit Launch(std::size_t block_facts = 10) : block_facts_(block_facts) {
    background_.spawn(redis_.run());
    background_.spawn(catalog_.run());
    for (int p = 0; p < partitions; ++p) {
      background_.spawn(profiles_.run(p));
      runners_.emplace_back(executor(), log, redis_, fold_, p, progress_, dead_letters_);
      background_.spawn(runners_.back().run());
    }
  }

  ~Launch() {
    kill();
    background_.stop(asio::cancellation_type::terminal);
    io.restart();
    while (background_.size() != 0 && io.run_one_for(std::chrono::seconds(5)) != 0) {
    }
    pool_.join();
    io.restart();
    io.poll();
  }

  asio::any_io_executor executor() { return io.get_executor(); }
  stores::CatalogStore& catalog() { return catalog_; }
  stores::ProfileStore& profiles() { return profiles_; }
  const stores::ProfileColumns& columns() const { return columns_; }
  stores::DeliveriesReader& deliveries() { return deliveries_; }
  const matcher::Metrics& matcher_metrics() const { return matcher_->metrics(); }
  dispatcher::Metrics dispatcher_metrics() { return dispatcher::Metrics(metrics, partitions); }

  void run(asio::awaitable<void> body, std::chrono::seconds limit = std::chrono::seconds(30)) { run_coroutine(io, std::move(body), limit); }

  // The scene.

  asio::awaitable<void> append(std::string topic, int partition, std::string key, std::string value, std::string type) {
    std::vector<log::NewRecord> records(1);
    records[0].topic = std::move(topic);
    records[0].partition = partition;
    records[0].key = std::move(key);
    records[0].value = std::move(value);
    records[0].event.id = "e" + std::to_string(++events_);
    records[0].event.type = std::move(type);
    records[0].event.source = "test";
    records[0].event.time_ms = now.time_since_epoch().count();
    const auto offsets = co_await log.append(std::move(records));
    if (!offsets) throw boost::system::system_error(offsets.error());
    last_offset_ = offsets->front();
  }

  /// `value` as JSON; null removes it.
  asio::awaitable<void> profile(enterprise::Uscc of, std::string attribute, std::string value, std::string as_of = "2026-01-01") {
    const std::string change = value == "null" ? "\"remove\":[\"" + attribute + "\"]" : "\"set\":{\"" + attribute + "\":" + value + "}";
    std::string json = R"({"uscc":")" + std::string(of.text()) +
                       R"(","recorded_at":"2026-06-01T00:00:00+08:00","patch":[{"source":"test","as_of":")" + as_of + "\"," + change +
                       "}]}";
    const int partition = enterprise::partition_of(of, partitions);
    co_await append("profiles", partition, std::string(of.text()), std::move(json), std::string(contracts::ProfilePatched::type));
  }

  /// Waits until every profile appended is folded.
  asio::awaitable<void> profiles_folded() {
    for (int p = 0; p < partitions; ++p) {
      const auto range = co_await log.range("profiles", p);
      if (range->end > 0) co_await profiles_.progress().wait_until("profiles", p, range->end - 1, std::chrono::seconds(10));
    }
  }

  asio::awaitable<void> outcome(enterprise::Uscc of, std::string item, delivery::OutcomeType type) {
    contracts::OutcomeRecorded event;
    event.id = "o" + std::to_string(++events_);
    event.uscc = of;
    event.item = std::move(item);
    event.type = type;
    event.at = now;
    const int partition = enterprise::partition_of(of, partitions);
    co_await append("outcomes", partition, std::string(of.text()), contracts::to_json(event),
                    std::string(contracts::OutcomeRecorded::type_name));
    co_await deliveries_.wait_until("outcomes", partition, last_offset_, std::chrono::seconds(10));
  }

  asio::awaitable<void> change(contracts::CommandKind kind, std::string entity, contracts::CatalogEvent::Outcome outcome) {
    contracts::CatalogEvent event;
    event.command = "k" + std::to_string(++commands_);
    event.command_offset = static_cast<std::uint64_t>(commands_);
    event.kind = kind;
    event.entity = std::move(entity);
    event.revision = ++revisions_[event.key()];
    event.at = now;
    event.outcome = std::move(outcome);
    std::string json = contracts::to_json(event);
    std::string type(contracts::type_of(event));
    co_await append("catalog", 0, event.key(), std::move(json), std::move(type));
    co_await catalog_.progress().wait_until("catalog", 0, last_offset_, std::chrono::seconds(10));
  }

  /// Publishes version 1 of an item.
  asio::awaitable<void> item(std::string id, std::string rule, std::string formula = "") {
    contracts::ItemDrafted drafted;
    drafted.owner.bureau = "qfb";
    drafted.draft.author = "author";
    drafted.draft.written_at = now;
    drafted.draft.rule_hash = std::string(64, 'a');
    drafted.draft.content.title = id;
    drafted.draft.content.rule = std::move(rule);
    if (!formula.empty()) {
      drafted.draft.content.benefit.emplace();
      drafted.draft.content.benefit->formula = std::move(formula);
    }
    contracts::ItemPublished published;
    published.version = drafted.draft;
    published.version.published_at = now;
    published.version.published_by = "approver";
    contracts::CatalogEvent::Outcome first = std::move(drafted);
    co_await change(contracts::CommandKind::item_put, id, std::move(first));
    contracts::CatalogEvent::Outcome second = std::move(published);
    co_await change(contracts::CommandKind::item_publish, id, std::move(second));
  }

  asio::awaitable<void> withdraw(std::string id) {
    contracts::CatalogEvent::Outcome outcome = contracts::ItemWithdrawn();
    co_await change(contracts::CommandKind::item_withdraw, std::move(id), std::move(outcome));
  }

  /// A running campaign with `items`, their ids parted by blanks.
  asio::awaitable<void> campaign(std::string id, campaign::Audience audience, std::string items,
                                 campaign::Lane lane = campaign::Lane::normal) {
    campaign::Campaign campaign;
    campaign.id = id;
    campaign.owner.bureau = "qfb";
    campaign.plan.title = id;
    campaign.plan.package = "pack";
    campaign.plan.audience = std::move(audience);
    campaign.plan.lane = lane;
    campaign.plan.valid_until = now + std::chrono::hours(24 * 30);
    campaign.package.id = "pack";
    campaign.package.title = "pack";
    campaign.package.target = "https://www.songjiang.gov.cn/";
    std::istringstream words(items);
    for (std::string item; words >> item;) {
      campaign::PinnedContent& content = campaign.package.contents.emplace_back();
      content.id = item;
      content.version = 1;
      content.rule_hash = std::string(64, 'a');
    }
    campaign.content_hash = id;
    campaign.authors = {"author"};
    campaign.started_at = now;
    campaigns_[id] = campaign;
    co_await move(id, campaign::State::running);
  }

  /// A package's content that is not there, from now on.
  asio::awaitable<void> spoil(std::string id) {
    campaigns_.at(id).package.contents.front().id = "MISSING";
    co_await move(std::move(id), campaign::State::running);
  }

  asio::awaitable<void> move(std::string id, campaign::State state) {
    contracts::CampaignChanged changed;
    changed.campaign = campaigns_.at(id);
    changed.campaign.state = state;
    changed.campaign.revision = revisions_["campaign/" + id] + 1;
    if (campaign::is_terminal(state)) changed.campaign.ended_at = now;
    campaigns_[id] = changed.campaign;
    contracts::CatalogEvent::Outcome outcome = std::move(changed);
    co_await change(contracts::CommandKind::campaign_launch, std::move(id), std::move(outcome));
  }

  // The services.

  void start_matcher() {
    matcher::Dependencies with{executor(),
                               log,
                               catalog_,
                               profiles_,
                               columns_,
                               deliveries_,
                               progress_,
                               reference_,
                               metrics,
                               journal_,
                               [this] { return now; },
                               [this](std::string_view id, std::string_view reason) { undecidable[std::string(id)] = reason; }};
    matcher::Settings settings;
    settings.block_facts = block_facts_;
    settings.block_decisions = block_decisions;
    settings.block_evidence = block_evidence;
    settings.retry = std::chrono::milliseconds(5);
    matcher_ = std::make_unique<matcher::Service>(std::move(with), settings);
    for (int p = 0; p < partitions; ++p) services_.spawn(matcher_->run_partition(p));
  }

  void start_dispatcher() {
    dispatcher::Dependencies with{executor(),
                                  pool_.get_executor(),
                                  log,
                                  catalog_,
                                  senders_profiles_ ? *senders_profiles_ : profiles_,
                                  deliveries_,
                                  progress_,
                                  reference_,
                                  metrics,
                                  journal_,
                                  [this] { return now; },
                                  [this](std::string_view id, std::string_view reason) { unsendable[std::string(id)] = reason; }};
    dispatcher::Settings settings;
    settings.retry = std::chrono::milliseconds(5);
    settings.look_again = std::chrono::milliseconds(5);
    dispatcher_ = std::make_unique<dispatcher::Service>(std::move(with), settings);
    for (int p = 0; p < partitions; ++p) services_.spawn(dispatcher_->run_partition(p));
  }

  /// From now on the dispatcher reads profiles by itself, as a process of its own does.
  asio::awaitable<void> part_profiles() {
    senders_profiles_ = std::make_unique<stores::ProfileStore>(
        executor(), senders_log, partitions, reference_.dictionary,
        stores::ProfileStore::Tables{*reference_.industries, reference_.size_classes}, dead_letters_);
    for (int p = 0; p < partitions; ++p) background_.spawn(senders_profiles_->run(p));
    while (!senders_profiles_->ready()) co_await sleep(std::chrono::milliseconds(1));
  }

  void start() {
    start_matcher();
    start_dispatcher();
  }

  /// Cuts both services off wherever they are.
  asio::awaitable<void> cut_off() {
    services_.stop(asio::cancellation_type::terminal);
    co_await services_.join();
    matcher_.reset();
    dispatcher_.reset();
  }

  /// Lets them finish the block in hand.
  asio::awaitable<void> stop() {
    services_.stop(asio::cancellation_type::total);
    co_await services_.join();
    matcher_.reset();
    dispatcher_.reset();
  }

  /// Kills the server, and starts an empty one.
  void lose_redis() {
    server_.stop();
    server_.start();
  }

  asio::awaitable<void> sleep(std::chrono::milliseconds time) {
    asio::steady_timer timer(io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  // What came of it.

  asio::awaitable<stores::CampaignTotals> totals(delivery::CampaignNumber campaign) {
    auto totals = co_await deliveries_.campaign(campaign);
    if (!totals) throw boost::system::system_error(totals.error());
    co_return std::move(*totals);
  }

  /// Waits until `done` holds of the campaign's funnel; fails the test after 20 s.
  asio::awaitable<void> until(delivery::CampaignNumber campaign, std::function<bool(const effect::Funnel&)> done) {
    for (int attempt = 0; attempt < 4'000; ++attempt) {
      const auto totals = co_await deliveries_.campaign(campaign);
      if (totals && done(totals->campaign)) co_return;
      co_await sleep(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "campaign " << campaign << " did not get there";
  }

  /// The number each partition announced; nothing while one has not.
  asio::awaitable<std::optional<std::uint64_t>> audience(delivery::CampaignNumber campaign) {
    delivery::IntentKeyView key;
    key.campaign = campaign;
    const auto marks = co_await deliveries_.decided(key);
    if (!marks) co_return std::nullopt;
    std::uint64_t sum = 0;
    for (const auto& mark : *marks) {
      if (!mark) co_return std::nullopt;
      sum += mark->intents;
    }
    co_return sum;
  }

  asio::awaitable<void> until_decided(delivery::CampaignNumber campaign) {
    for (int attempt = 0; attempt < 4'000; ++attempt) {
      const auto known = co_await audience(campaign);
      if (known) co_return;
      co_await sleep(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "campaign " << campaign << " was not decided";
  }

  /// Decided everywhere and nothing open.
  asio::awaitable<void> until_over(delivery::CampaignNumber campaign) {
    co_await until_decided(campaign);
    const auto closed = [](const effect::Funnel& funnel) {
      std::int64_t open = 0;
      for (std::size_t state = 0; state < funnel.by_state.size(); ++state)
        if (!delivery::is_closed(static_cast<delivery::State>(state))) open += funnel.by_state[state];
      return open == 0;
    };
    co_await until(campaign, closed);
  }

  /// Every intent of the campaign as the log has it: enterprise → how often it was decided.
  asio::awaitable<std::map<enterprise::Uscc, int>> decided(delivery::CampaignNumber campaign) {
    std::map<enterprise::Uscc, int> times;
    for (const char* topic : {"intents", "intents-urgent"})
      for (int p = 0; p < partitions; ++p) {
        log::ReadLimits all;
        all.records = 1'000'000;
        all.bytes = std::size_t{1} << 40;
        const auto batch = co_await log.read(topic, p, 0, all);
        for (const log::RecordPtr& record : batch->records) {
          if (record->event.type != contracts::IntentsWriter::type) continue;
          const auto block = contracts::read_intents_decided(record->value);
          if (block.has_error()) throw std::runtime_error("a block that cannot be read: " + block.error().front().detail);
          if (block->header().campaign == campaign)
            for (const contracts::DecidedFact& fact : block->facts()) ++times[fact.uscc];
        }
      }
    co_return times;
  }

  asio::io_context io{1};
  UnreliableLog log{stores::topic_layout(partitions)};
  LateLog profiles_log{log};  ///< where profiles are read from
  LateLog senders_log{log};   ///< and the dispatcher's, once they are apart
  domain::Instant now = *domain::parse_instant("2026-06-10T10:00:00+08:00");
  std::size_t block_decisions = matcher::Settings().block_decisions;
  std::size_t block_evidence = matcher::Settings().block_evidence;
  observe::Metrics metrics;
  std::map<std::string, std::string> undecidable;
  std::map<std::string, std::string> unsendable;

 private:
  void kill() {
    services_.stop(asio::cancellation_type::terminal);
    io.restart();
    while (services_.size() != 0 && io.run_one_for(std::chrono::seconds(5)) != 0) {
    }
    EXPECT_EQ(services_.size(), 0U);
  }

  static redis::Address address_of(const RedisServer& server) {
    redis::Address address;
    address.host = "127.0.0.1";
    address.port = server.port();
    return address;
  }

  static void report(std::string_view reason) { ADD_FAILURE() << reason; }

  std::size_t block_facts_;
  RedisServer server_;
  asio::thread_pool pool_{1};
  redis::ServerClient redis_{io.get_executor(), address_of(server_)};
  stores::ReferenceData reference_ =
      stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  observe::Log journal_{2, observe::Level::error};
  stores::DeadLetters dead_letters_{log, [this] { return now; }};
  stores::CatalogStore catalog_{io.get_executor(), log, reference_.language, dead_letters_};
  stores::ProfileStore profiles_{
      io.get_executor(), profiles_log, partitions, reference_.dictionary, {*reference_.industries, reference_.size_classes}, dead_letters_};
  std::unique_ptr<stores::ProfileStore> senders_profiles_;  // if it does not share the matcher's
  stores::ProfileColumns columns_{profiles_, reference_.language, [this] { return domain::date_of(now); }};
  stores::DeliveriesFold fold_{stores::DeliveriesFold::Settings{partitions, 16}};
  stores::Progress progress_{io.get_executor()};
  stores::DeliveriesReader deliveries_{redis_, fold_, partitions, progress_};
  std::deque<stores::FoldRunner> runners_;
  std::unique_ptr<matcher::Service> matcher_;
  std::unique_ptr<dispatcher::Service> dispatcher_;
  runtime::TaskGroup background_{io.get_executor(), report};
  runtime::TaskGroup services_{io.get_executor(), report};

  int events_ = 0;
  int commands_ = 0;
  log::Offset last_offset_ = 0;
  std::map<std::string, std::uint64_t> revisions_;
  std::map<std::string, campaign::Campaign> campaigns_;
};

}  // namespace zhida::launch_test
