#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "effect/service.hpp"
#include "platform/auth/key_ring.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/effect/history.hpp"
#include "stores/fold/fold_runner.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace zhida::effect_service {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// An answer, parsed if it is JSON.
struct Answer {
  int status = 0;
  http::Headers headers;
  std::string body;
  rapidjson::Document json;
};

/// The effect service behind a real HTTP server, over a log in memory and folds in a real Redis. Catalogue: document D1 (level city, topics
/// talent and tax), items ITEM-1 and ITEM-2 of it, campaigns c1 (bureau jw, both items) and c2 (bureau kcb, ITEM-1).
class EffectTest : public testing::Test {
 protected:
  EffectTest();
  ~EffectTest() override;

  virtual Settings settings() const { return Settings(); }

  void run(asio::awaitable<void> body, std::chrono::seconds limit = 30s) { test::run_coroutine(io, std::move(body), limit); }
  asio::awaitable<void> append(std::vector<log::NewRecord> records);
  /// Begins to fold the deliveries of all partitions.
  void start_folding();
  /// Waits until everything in the log is folded and readable.
  asio::awaitable<void> catch_up();
  asio::awaitable<void> sleep(std::chrono::milliseconds time);

  /// One request as `role`, or with another key of `add_key`.
  asio::awaitable<Answer> ask(http::Verb verb, std::string target, std::string role = "analyst", std::string accept = "");
  asio::awaitable<Answer> get(std::string target, std::string role = "analyst", std::string accept = "");

  /// The same of the process that serves on `at`.
  asio::awaitable<Answer> ask_at(std::uint16_t at, http::Verb verb, std::string target, std::string role, std::string accept = "",
                                 std::string idempotency_key = "");

  void publish_catalogue();
  /// One block of intents for the first `count` enterprises of a partition; the last `suppressed` of them opted out.
  log::NewRecord intents(delivery::CampaignNumber campaign, int partition, int count, int suppressed = 0);
  log::NewRecord delivered(delivery::CampaignNumber campaign, int partition, int first, int count);
  log::NewRecord engagement(std::string id, delivery::CampaignNumber campaign, enterprise::Uscc uscc, delivery::EngagementType type,
                            std::uint16_t part = 0, bool machine = false);
  /// A profile that the items' rule finds eligible, or not.
  log::NewRecord profile(enterprise::Uscc uscc, bool eligible);

  /// Overwrites or, with nothing, removes a field of the live state behind everybody's back.
  asio::awaitable<void> tamper(int partition, std::string key, std::string field, std::optional<std::string> value);
  asio::awaitable<std::map<std::string, std::string>> stored(int partition, std::string key);
  /// The bytes of one ledger; setting them empty removes it.
  asio::awaitable<std::string> stored_ledger(enterprise::Uscc uscc);
  asio::awaitable<void> tamper_ledger(enterprise::Uscc uscc, std::string ledger);

  asio::io_context io{1};
  test::RedisServer server;
  test::TemporaryDirectory directory;
  asio::thread_pool pool{1};
  log::MemoryLog log;
  domain::Instant now = decision_time + 240h;
  stores::ReferenceData reference;
  stores::DeadLetters dead_letters;
  redis::ServerClient writer, reader_client;
  stores::DeliveriesFold fold{stores::DeliveriesFold::Settings{test_partitions, 16}};
  stores::Progress progress{io.get_executor()};
  stores::DeliveriesReader deliveries;
  stores::CatalogStore catalog;
  stores::ProfileStore profiles;
  observe::Log journal{-1};
  observe::Metrics metrics;
  auth::KeyRing keys;
  std::map<std::string, std::string> key_of;
  http::Router router;
  std::unique_ptr<Service> service;
  std::deque<stores::FoldRunner> runners;
  runtime::TaskGroup tasks;
  std::uint16_t port = 0;

  redis::Address address() const;

 private:
  std::string live_prefix(int partition, const redis::Reply& live) const;

  std::map<std::string, std::uint64_t> revisions_;
  std::uint64_t commands_ = 0;
  log::NewRecord outcome(contracts::CommandKind kind, std::string entity, contracts::CatalogEvent::Outcome outcome);
};

}  // namespace zhida::effect_service
