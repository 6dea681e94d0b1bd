// How long a campaign to everybody takes, from its launch until every intent is delivered and readable, while pages are being read.
//   launch_bench [ENTERPRISES] [DIR]
// One process as standalone has it: SQLite log, a Redis of our own, four partitions, everything on one thread but the log's writer.

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/profiles/profile_patched.hpp"
#include "dispatcher/service.hpp"
#include "matcher/service.hpp"
#include "platform/log/sqlite_log.hpp"
#include "platform/process/redis_server.hpp"
#include "platform/runtime/task_group.hpp"
#include "schemas/files.hpp"
#include "stores/fold/fold_runner.hpp"
#include "stores/topic_layout.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace zhida;
using Clock = std::chrono::steady_clock;

constexpr int partitions = 4;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

domain::Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

enterprise::Uscc random_uscc(std::mt19937& random) {
  std::string text = "91310117";
  while (text.size() < 17) text += enterprise::Uscc::alphabet[random() % 31];
  return *enterprise::Uscc::make(text);
}

/// A profile of about twenty attributes.
std::string profile_json(const enterprise::Uscc& uscc, std::mt19937& random) {
  static const char* const sizes[] = {"micro", "small", "medium", "large"};
  static const char* const industries[] = {"3921", "6513", "3562", "5179", "7320"};
  std::string json = R"({"uscc":")" + std::string(uscc.text()) +
                     R"(","recorded_at":"2026-06-01T00:00:00+08:00","patch":[{"source":"bench","as_of":"2026-01-01","set":{)";
  json += std::string(R"("org_form":"company","legal_person":true,"operating_status":"normal","size_class":")") + sizes[random() % 4];
  json += std::string(R"(","industry":")") + industries[random() % 5];
  json += R"(","region_district":"310117","region_street":"31011700)" + std::to_string(1 + random() % 4);
  json += R"(","established":"20)" + std::to_string(10 + random() % 14) + R"(-03-05","registered_capital":)" +
          std::to_string(random() % 50'000'000);
  json += R"(,"insured_employees":)" + std::to_string(random() % 500) + R"(,"park":"none","operating_months":)" +
          std::to_string(random() % 200) + "}}]}";
  return json;
}

log::NewRecord record_of(std::string topic, int partition, std::string key, std::string value, std::string_view type) {
  log::NewRecord record;
  record.topic = std::move(topic);
  record.partition = partition;
  record.key = std::move(key);
  record.value = std::move(value);
  record.event.id = record.key;
  record.event.type = type;
  record.event.source = "bench";
  record.event.time_ms = now().time_since_epoch().count();
  return record;
}

class Bench {
 public:
  Bench(std::size_t enterprises, const std::filesystem::path& directory) : enterprises_(enterprises), directory_(directory) {}

  asio::awaitable<void> run() {
    redis_server_ = std::make_unique<process::RedisServer>(executor_, directory_ / "redis", [](std::string_view) {});
    tasks_.spawn(redis_server_->run());
    for (auto& client : clients_) {
      client = std::make_unique<redis::Client>(executor_, redis_server_->address());
      tasks_.spawn(client->run());
      co_await client->wait_until_connected();
    }
    reader_ = std::make_unique<stores::DeliveriesReader>(*clients_[1], fold_, partitions, progress_);
    page_reader_ = std::make_unique<stores::DeliveriesReader>(*clients_[2], fold_, partitions, progress_);
    tasks_.spawn(catalog_.run());
    for (int p = 0; p < partitions; ++p) {
      tasks_.spawn(profiles_.run(p));
      runners_.emplace_back(executor_, log_, *clients_[0], fold_, p, progress_, dead_letters_);
      tasks_.spawn(runners_.back().run());
    }
    co_await feed();
    co_await publish();
    start();
    co_await launch();
    tasks_.stop(asio::cancellation_type::terminal);
    co_await tasks_.join();
  }

  asio::io_context& io() { return io_; }
  void join() {
    pool_.join();
    io_.restart();
    io_.poll();
  }

 private:
  asio::awaitable<void> feed() {
    const auto start = Clock::now();
    std::mt19937 random(1);
    std::vector<log::NewRecord> batch;
    for (std::size_t i = 0; i < enterprises_; ++i) {
      const enterprise::Uscc uscc = random_uscc(random);
      if (i % 100 == 0) sample_.push_back(uscc);
      batch.push_back(record_of("profiles", enterprise::partition_of(uscc, partitions), std::string(uscc.text()),
                                profile_json(uscc, random), contracts::ProfilePatched::type));
      if (batch.size() < 1'000 && i + 1 < enterprises_) continue;
      const auto appended = co_await log_.append(std::move(batch));
      if (!appended) throw boost::system::system_error(appended.error());
      batch.clear();
    }
    for (int p = 0; p < partitions; ++p) {
      const auto range = co_await log_.range("profiles", p);
      co_await profiles_.progress().wait_until("profiles", p, range->end - 1, std::chrono::seconds(60));
    }
    std::printf("fed %zu profiles in %.2f s\n", enterprises_, since(start));
  }

  asio::awaitable<void> catalog(contracts::CommandKind kind, std::string entity, std::uint64_t revision,
                                contracts::CatalogEvent::Outcome outcome) {
    contracts::CatalogEvent event;
    event.command = entity + std::to_string(revision);
    event.command_offset = ++commands_;
    event.kind = kind;
    event.entity = std::move(entity);
    event.revision = revision;
    event.at = now();
    event.outcome = std::move(outcome);
    std::vector<log::NewRecord> records;
    records.push_back(record_of("catalog", 0, event.key(), contracts::to_json(event), contracts::type_of(event)));
    const auto offsets = co_await log_.append(std::move(records));
    co_await catalog_.progress().wait_until("catalog", 0, offsets->front(), std::chrono::seconds(10));
  }

  asio::awaitable<void> publish() {
    contracts::ItemDrafted drafted;
    drafted.owner.bureau = "qfb";
    drafted.draft.author = "author";
    drafted.draft.written_at = now();
    drafted.draft.rule_hash = std::string(64, 'a');
    drafted.draft.content.title = "item";
    drafted.draft.content.rule =
        "p.org_form == \"company\" && p.operating_status == \"normal\" && p.size_class in [\"small\", \"micro\"] && "
        "p.insured_employees >= 10 && years_since(p.established, asof) >= 1";
    drafted.draft.content.benefit.emplace();
    drafted.draft.content.benefit->formula = "math.least(600 * p.insured_employees, 30000)";
    contracts::ItemPublished published;
    published.version = drafted.draft;
    published.version.published_at = now();
    published.version.published_by = "approver";
    contracts::CatalogEvent::Outcome first = std::move(drafted), second = std::move(published);
    co_await catalog(contracts::CommandKind::item_put, "ITEM", 1, std::move(first));
    co_await catalog(contracts::CommandKind::item_publish, "ITEM", 2, std::move(second));
  }

  void start() {
    matcher::Dependencies deciding{executor_, log_, catalog_, profiles_, *reader_, progress_, reference_, metrics_, journal_, now, {}};
    matcher_ = std::make_unique<matcher::Service>(std::move(deciding));
    dispatcher::Dependencies sending{executor_, pool_, log_, catalog_, profiles_, *reader_, progress_, reference_, metrics_, journal_, now};
    dispatcher_ = std::make_unique<dispatcher::Service>(std::move(sending));
    for (int p = 0; p < partitions; ++p) {
      tasks_.spawn(matcher_->run_partition(p));
      tasks_.spawn(dispatcher_->run_partition(p));
    }
  }

  /// Reads an inbox every two milliseconds, and notes how late the thread was.
  asio::awaitable<void> read_pages() {
    std::mt19937 random(2);
    asio::steady_timer timer(executor_);
    while (!over_) {
      const auto due = Clock::now() + std::chrono::milliseconds(2);
      timer.expires_at(due);
      co_await timer.async_wait(asio::use_awaitable);
      late_.push_back(since(due));
      const auto began = Clock::now();
      const auto read = co_await page_reader_->ledger_bytes(sample_[random() % sample_.size()]);
      if (read) reads_.push_back(since(began));
    }
  }

  asio::awaitable<void> launch() {
    contracts::CampaignChanged changed;
    campaign::Campaign& campaign = changed.campaign;
    campaign.id = "c1";
    campaign.revision = 1;
    campaign.owner.bureau = "qfb";
    campaign.state = campaign::State::running;
    campaign.plan.title = "everybody";
    campaign.plan.package = "pack";
    campaign.plan.audience.form = campaign::RuleAudience{"true"};
    campaign.plan.valid_until = now() + std::chrono::hours(24);
    campaign.package.id = "pack";
    campaign.package.title = "pack";
    campaign.package.target = "https://www.songjiang.gov.cn/";
    campaign::PinnedContent& content = campaign.package.contents.emplace_back();
    content.id = "ITEM";
    content.version = 1;
    content.rule_hash = std::string(64, 'a');
    campaign.content_hash = std::string(64, 'b');
    campaign.started_at = now();

    tasks_.spawn(read_pages());
    const auto start = Clock::now();
    const std::clock_t cpu = std::clock();
    contracts::CatalogEvent::Outcome outcome = std::move(changed);
    co_await catalog(contracts::CommandKind::campaign_launch, "c1", 1, std::move(outcome));
    asio::steady_timer timer(executor_);
    std::int64_t decided = 0, delivered = 0;
    double all_decided = 0;
    while (delivered < static_cast<std::int64_t>(enterprises_) && since(start) < 120) {
      timer.expires_after(std::chrono::milliseconds(100));
      co_await timer.async_wait(asio::use_awaitable);
      const auto totals = co_await page_reader_->campaign(1);
      if (!totals) continue;
      decided = totals->campaign.decided;
      delivered = totals->campaign.by_state[static_cast<std::size_t>(delivery::State::delivered)];
      if (all_decided == 0 && decided == static_cast<std::int64_t>(enterprises_)) all_decided = since(start);
    }
    over_ = true;
    std::printf("decided %lld (folded after %.2f s), delivered and readable %lld after %.2f s\n", static_cast<long long>(decided),
                all_decided, static_cast<long long>(delivered), since(start));
    std::printf("CPU of this process: %.2f s\n", static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
    print("thread late by", late_);
    print("inbox read", reads_);
  }

  static void print(const char* what, std::vector<double>& seconds) {
    if (seconds.empty()) return;
    std::ranges::sort(seconds);
    const auto at = [&](double share) { return 1e3 * seconds[static_cast<std::size_t>(share * static_cast<double>(seconds.size() - 1))]; };
    std::printf("%s: n %zu, p50 %.2f ms, p99 %.2f ms, max %.2f ms\n", what, seconds.size(), at(0.5), at(0.99), at(1));
  }

  std::size_t enterprises_;
  std::filesystem::path directory_;
  asio::io_context io_{1};
  asio::any_io_executor executor_ = io_.get_executor();
  asio::thread_pool pool_{1};
  observe::Metrics metrics_;
  observe::Log journal_{2, observe::Level::warning};
  stores::ReferenceData reference_ =
      stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  log::SqliteLog log_{executor_, directory_ / "log.sqlite", stores::topic_layout(partitions)};
  stores::DeadLetters dead_letters_{log_, now};
  stores::CatalogStore catalog_{executor_, log_, reference_.language, dead_letters_};
  stores::ProfileStore profiles_{executor_,    log_, partitions, reference_.dictionary, {*reference_.industries, reference_.size_classes},
                                 dead_letters_};
  stores::DeliveriesFold fold_{stores::DeliveriesFold::Settings{partitions, 1024}};
  stores::Progress progress_{executor_};
  std::unique_ptr<process::RedisServer> redis_server_;
  std::array<std::unique_ptr<redis::Client>, 3> clients_;  // folds, services, pages
  std::unique_ptr<stores::DeliveriesReader> reader_, page_reader_;
  std::deque<stores::FoldRunner> runners_;
  std::unique_ptr<matcher::Service> matcher_;
  std::unique_ptr<dispatcher::Service> dispatcher_;
  runtime::TaskGroup tasks_{executor_, [](std::string_view why) { std::printf("failed: %s\n", std::string(why).c_str()); }};
  std::vector<enterprise::Uscc> sample_;
  std::vector<double> late_, reads_;
  std::uint64_t commands_ = 0;
  bool over_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  const std::size_t enterprises = argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 200'000;
  const test::TemporaryDirectory temporary;
  const std::filesystem::path directory = argc > 2 ? std::filesystem::path(argv[2]) : temporary.path();
  Bench bench(enterprises, directory);
  asio::co_spawn(bench.io(), bench.run(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  bench.io().run();
  bench.join();
}
