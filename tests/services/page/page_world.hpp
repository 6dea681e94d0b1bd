#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/profiles/profile_patched.hpp"
#include "domain/delivery/facts.hpp"
#include "page/service.hpp"
#include "platform/auth/key_ring.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "platform/json/document.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/fold/fold_runner.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace zhida::page {

namespace asio = boost::asio;
using namespace std::chrono_literals;

inline domain::Date day(int year, unsigned month, unsigned of_month) {
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(of_month);
}

/// The code number `n` of a row of valid codes.
enterprise::Uscc code(int n);

/// An answer whose body is JSON; a member that is absent fails the test and reads as null.
class Json {
 public:
  explicit Json(std::string text);
  Json(const Json& of, const json::Value& value) : document_(of.document_), value_(&value) {}

  Json operator[](const char* name) const;
  Json operator[](std::size_t index) const;
  Json operator[](int index) const { return (*this)[static_cast<std::size_t>(index)]; }
  bool has(const char* name) const { return json::find(*value_, name) != nullptr; }
  std::size_t size() const;
  std::string text() const;  ///< of a string; of anything else its JSON
  std::int64_t number() const;
  bool truth() const;
  bool null() const { return value_->IsNull(); }
  /// The strings of an array.
  std::vector<std::string> texts() const;
  /// The element of an array whose member `name` is the string `is`.
  Json where(const char* name, const std::string& is) const;

 private:
  std::shared_ptr<const json::Document> document_;
  const json::Value* value_;
};

/// The page service on a log in memory, a real Redis and a real HTTP server on 127.0.0.1, with all the folds behind it.
class PageWorld : public testing::Test {
 public:
  static constexpr int partitions = 2;

  PageWorld();
  ~PageWorld() override;

  /// Runs `body` with the server listening and everything folded that was put before.
  void run(asio::awaitable<void> body, std::chrono::seconds limit = 30s);

  // The catalogue. Revisions and command offsets are counted here.
  void put(policy::Document document);
  /// Publishes `content` as the next version.
  void publish(const std::string& id, policy::ItemContent content);
  void withdraw(const std::string& id);
  /// A running campaign with these items as they stand; `kind` is its package's.
  void start_campaign(delivery::CampaignNumber number, const std::vector<std::string>& items, std::string audience_rule = "true",
                      policy::PackageKind kind = policy::PackageKind::gift);
  campaign::Campaign campaign_with(delivery::CampaignNumber number, const std::vector<std::string>& items);
  void put(campaign::Campaign campaign);

  // Facts about enterprises.
  void know(const enterprise::Uscc& uscc, std::vector<std::pair<std::string_view, enterprise::RawValue>> values);
  void determine(const enterprise::Uscc& uscc, std::string condition, bool value);
  void decide(delivery::CampaignNumber number, const enterprise::Uscc& uscc, std::vector<delivery::ItemDecision> items,
              delivery::State state = delivery::State::matched);
  void deliver(delivery::CampaignNumber number, const enterprise::Uscc& uscc, domain::Instant at, std::vector<std::uint16_t> left_out = {});
  /// Both of these.
  void push(delivery::CampaignNumber number, const enterprise::Uscc& uscc, std::vector<delivery::ItemDecision> items, domain::Instant at,
            std::vector<std::uint16_t> left_out = {});

  /// Appends what was put and waits until every fold shows it.
  asio::awaitable<void> settle();
  /// Waits until every fold shows all that is in the log.
  asio::awaitable<void> catch_up();
  asio::awaitable<std::vector<contracts::EngagementRecorded>> engagements();

  asio::awaitable<http::ClientResponse> get(std::string target, auth::Role role = auth::Role::page,
                                            std::vector<std::pair<std::string, std::string>> headers = {},
                                            http::Verb verb = http::Verb::get);
  asio::awaitable<http::ClientResponse> post(std::string target, std::string body, auth::Role role = auth::Role::page);
  /// A click: no key, as a browser.
  asio::awaitable<http::ClientResponse> click(std::string link, std::vector<std::pair<std::string, std::string>> headers = {},
                                              http::Verb verb = http::Verb::get);
  asio::awaitable<Json> inbox(const enterprise::Uscc& uscc, std::string query = "");

  void start_folding();
  asio::awaitable<void> stop_folding();
  asio::awaitable<void> sleep(std::chrono::milliseconds time);

  redis::Address address() const;

  domain::Instant now = domain::start_of(day(2026, 11, 23)) + 12h;
  asio::io_context io{1};
  test::RedisServer server;
  test::TemporaryDirectory directory;
  stores::ReferenceData reference;
  log::MemoryLog log;
  stores::DeadLetters dead_letters;
  redis::ServerClient writer, reader_client;
  stores::DeliveriesFold fold;
  stores::Progress progress;
  stores::DeliveriesReader reader;
  stores::CatalogStore catalog;
  stores::ProfileStore profiles;
  observe::Metrics registry;
  Settings settings;
  std::unique_ptr<Service> service;
  auth::KeyRing keys;
  std::map<auth::Role, std::string> key_of;
  http::Router router;
  runtime::TaskGroup tasks, folding, sessions;
  std::vector<std::unique_ptr<stores::FoldRunner>> runners;
  std::uint16_t port = 0;

 private:
  void append(std::string topic, int partition, std::string key, std::string_view type, std::string value, domain::Instant at);
  void put(contracts::CommandKind kind, const std::string& entity, contracts::CatalogEvent::Outcome outcome);

  std::vector<log::NewRecord> pending_;
  std::map<std::string, std::uint64_t> revisions_;
  std::map<std::string, policy::Item> items_;
  std::uint64_t commands_ = 0;
};

/// A document of these facts; everything else is usual.
policy::Document document(std::string id, std::string title);

/// An item with this rule, without document, windows and links.
policy::ItemContent item(std::string title, std::string rule);

policy::Link link(policy::LinkRelation relation, std::string url);

delivery::ItemDecision decided(delivery::Verdict verdict, std::optional<std::int64_t> benefit = std::nullopt);

}  // namespace zhida::page
