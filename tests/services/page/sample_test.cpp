#include "domain/delivery/codec.hpp"
#include "domain/page/inbox.hpp"
#include "page/checkup/checkup_routes.hpp"
#include "page/inbox/inbox_json.hpp"
#include "schemas/files.hpp"
#include "services/page/page_world.hpp"

#include "contracts/catalog/document_json.hpp"
#include "contracts/catalog/item_json.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace zhida::page {
namespace {

using enterprise::RawValue;

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr bool measured = true;
#else
constexpr bool measured = false;
#endif

/// CPU time of this thread in seconds.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// The whole sample: 99 real policies.
class PageSample : public PageWorld {
 public:
  void offer_all() {
    for (const schemas::File& file : schemas::files()) {
      if (!file.path.starts_with("samples/items/")) continue;
      contracts::JsonText text;
      const contracts::Json* const root = text.parse(file.bytes);
      ASSERT_NE(root, nullptr) << file.path;
      domain::FieldErrors errors;
      contracts::JsonReader file_reader(*root, errors);
      std::string id;
      file_reader.required("id", id);
      contracts::JsonReader document_reader(*file_reader.object("document"), errors), item_reader(*file_reader.object("item"), errors);
      policy::Document document = contracts::read_document_body(document_reader);
      document.id = id;
      contracts::ItemBody body = contracts::read_item_body(item_reader);
      ASSERT_TRUE(errors.empty()) << file.path << errors.front().pointer << errors.front().detail;
      put(std::move(document));
      publish(id, std::move(body.content));
      ids.push_back(id);
    }
  }
  void know_much(const enterprise::Uscc& uscc) {
    const auto count = [](std::int64_t value) { return RawValue::of(value); };
    const auto text = [](std::string_view value) { return RawValue::of(value); };
    know(uscc, {{"org_form", text("company")},
                {"legal_person", RawValue::of(true)},
                {"established", text("2019-04-01")},
                {"industry", text("3922")},
                {"size_class", text("small")},
                {"employees", count(80)},
                {"insured_employees", count(75)},
                {"revenue", count(60'000'000)},
                {"total_assets", count(40'000'000)},
                {"taxable_income", count(2'000'000)},
                {"is_branch", RawValue::of(false)},
                {"restricted_industry", RawValue::of(false)},
                {"vat_taxpayer_type", text("general")}});
  }
  std::vector<std::string> ids;
};

TEST_F(PageSample, IsCheckedUpWhole) {
  offer_all();
  know_much(code(1));
  run(
      [](PageSample& t) -> asio::awaitable<void> {
        EXPECT_EQ(t.ids.size(), 99U);
        for (const char* asof : {"", "?asof=2022-06-15", "?asof=2025-03-01", "?asof=2040-01-01"}) {
          const http::ClientResponse answer = co_await t.get("/page/v1/enterprises/" + std::string(code(1).text()) + "/checkup" + asof);
          EXPECT_EQ(answer.status, http::Status::ok) << answer.body;
          const Json all(answer.body);
          EXPECT_EQ(all["items"].size(), 99U);
          std::int64_t counted = 0;
          for (const char* verdict : {"eligible", "manual", "unknown", "ineligible"}) counted += all["counts"][verdict].number();
          EXPECT_EQ(counted, 99);
          for (std::size_t i = 0; i < all["items"].size(); ++i) {
            const Json item = all["items"][i];
            EXPECT_EQ(item["verdict"].text() == "ineligible", item["failing"].size() > 0) << item.text();
            EXPECT_TRUE(item["verdict"].text() != "manual" || item["manual"].size() > 0) << item.text();
          }
        }
        for (const std::string& id : t.ids) {
          const http::ClientResponse one = co_await t.get("/page/v1/enterprises/" + std::string(code(1).text()) + "/checkup/" + id);
          EXPECT_EQ(one.status, http::Status::ok) << id;
          Json parsed(one.body);
          EXPECT_EQ(parsed["item"].text(), id);
          const http::ClientResponse shown = co_await t.get("/page/v1/items/" + id);
          EXPECT_EQ(shown.status, http::Status::ok) << id;
        }
      }(*this),
      120s);
}

TEST_F(PageSample, IsCheckedUpWithinAMillisecond) {
  if (!measured) GTEST_SKIP() << "only an optimised build is measured";
  offer_all();
  know_much(code(1));
  run(
      [](PageSample& t) -> asio::awaitable<void> {
        Shelf shelf(t.catalog);
        OfferRules rules(t.reference.language);
        double best = 1;
        std::size_t bytes = 0;
        for (int i = 0; i < 200; ++i) {
          const auto view = shelf.view();
          const double begun = cpu_seconds();
          const CheckedSubject whom(t.profiles, code(1), day(2026, 11, 23));
          const std::string json = co_await checkup_json(rules, view, whom, day(2026, 11, 23));
          best = std::min(best, cpu_seconds() - begun);
          bytes = json.size();
        }
        std::printf("check-up of 99 items: %.0f us of CPU, %zu bytes\n", best * 1e6, bytes);
        EXPECT_LT(best, 1e-3);
      }(*this),
      60s);
}

TEST_F(PageSample, IsRenderedInTheInboxWithinMicroseconds) {
  if (!measured) GTEST_SKIP() << "only an optimised build is measured";
  offer_all();
  start_campaign(1, {ids[0]});
  push(1, code(1), {decided(delivery::Verdict::eligible, 1000)}, now - 1h);
  run(
      [](PageSample& t) -> asio::awaitable<void> {
        CampaignTemplates templates(t.catalog, t.reference.language);
        const LinkSigner signer(std::string(32, 'k'), 400 * 24h);
        const auto bytes = co_await t.reader.ledger_bytes(code(1));
        delivery::Ledger ledger;
        double best = 1;
        std::string json;
        for (int i = 0; i < 50; ++i) {
          constexpr int times = 200;
          const double begun = cpu_seconds();
          for (int n = 0; n < times; ++n) {
            json.clear();
            EXPECT_FALSE(delivery::decode_to(ledger, *bytes).has_error());
            EXPECT_TRUE(append_inbox(json, page::inbox(ledger, 50), code(1), templates, signer, t.now));
          }
          best = std::min(best, (cpu_seconds() - begun) / times);
        }
        std::printf("inbox of one entry: %.2f us of CPU, %zu bytes\n", best * 1e6, json.size());
        EXPECT_LT(best, 10e-6);
      }(*this),
      60s);
}

}  // namespace
}  // namespace zhida::page
