#include "services/effect/effect_world.hpp"

#include "domain/delivery/codec.hpp"
#include "domain/effect/measure.hpp"
#include "stores/deliveries/keys.hpp"

#include <algorithm>
#include <random>

namespace zhida::effect_service {
namespace {

namespace keys = stores::deliveries;

/// Slices so small that every partition takes several passes over the log.
class VerifyTest : public EffectTest {
 protected:
  Settings settings() const override {
    Settings small;
    small.verify_slice = 30;
    small.verify_patience = patience;
    return small;
  }
  asio::awaitable<Answer> verify() { co_return co_await ask(http::Verb::post, "/effect/v1/verify", "auditor"); }

  std::chrono::milliseconds patience = 30s;
};

/// The differences in words, for messages.
std::string words_of(const Answer& answer) { return std::to_string(answer.status) + " " + answer.body.substr(0, 3'000); }

bool names(const Answer& answer, std::string_view what, std::string_view expected, std::string_view served) {
  const auto side = [](const rapidjson::Value& value) { return value.IsNull() ? std::string_view() : std::string_view(value.GetString()); };
  return std::ranges::any_of(answer.json["differences"].GetArray(), [&](const rapidjson::Value& difference) {
    return std::string_view(difference["what"].GetString()).find(what) != std::string_view::npos &&
           side(difference["expected"]) == expected && side(difference["served"]) == served;
  });
}

std::vector<std::vector<log::NewRecord>> slices(std::vector<log::NewRecord> past, std::size_t count) {
  std::vector<std::vector<log::NewRecord>> all(count);
  for (std::size_t i = 0; i < past.size(); ++i) all[i * count / past.size()].push_back(std::move(past[i]));
  return all;
}

TEST_F(VerifyTest, TwoFoldsOfAnyPastAgree) {
  start_folding();
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(1);
    for (int round = 0; round < 4; ++round) {
      auto past = random_past(random, 60, 7);
      co_await append(std::move(past));
      co_await catch_up();
      const Answer answer = co_await verify();
      EXPECT_EQ(answer.status, 200) << words_of(answer);
      if (answer.status != 200) co_return;
      EXPECT_TRUE(answer.json["equal"].GetBool()) << words_of(answer);
      EXPECT_EQ(answer.json["different"].GetInt(), 0);
      EXPECT_GT(answer.json["facts"].GetInt(), 500);
      EXPECT_EQ(answer.json["enterprises"].GetInt(), 120);
      EXPECT_TRUE(answer.json["took_ms"].IsInt());
    }
  };
  run(body(), 60s);
}

TEST_F(VerifyTest, ComparesWhileEverythingRuns) {
  start_folding();
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(2);
    auto parts = slices(random_past(random, 60, 7), 300);
    co_await append(std::move(parts.front()));
    co_await catch_up();
    bool over = false;
    auto feed = [&]() -> asio::awaitable<void> {
      for (std::size_t i = 1; i < parts.size(); ++i) {
        co_await append(std::move(parts[i]));
        co_await sleep(3ms);
      }
      over = true;
    };
    tasks.spawn(feed());
    int comparisons = 0;
    while (!over) {
      const Answer answer = co_await verify();
      EXPECT_EQ(answer.status, 200) << words_of(answer);
      if (answer.status != 200) co_return;
      EXPECT_TRUE(answer.json["equal"].GetBool()) << words_of(answer);
      ++comparisons;
    }
    EXPECT_GE(comparisons, 3);
  };
  run(body(), 60s);
}

TEST_F(VerifyTest, FindsAndNamesWhatWasTamperedWith) {
  start_folding();
  auto body = [&]() -> asio::awaitable<void> {
    std::vector<log::NewRecord> records;
    records.push_back(intents(1, 0, 8));
    records.push_back(delivered(1, 0, 0, 8));
    records.push_back(engagement("e1", 1, enterprise_in(0, 0), delivery::EngagementType::click, 1));
    co_await append(std::move(records));
    co_await catch_up();
    Answer answer = co_await verify();
    EXPECT_TRUE(answer.json["equal"].GetBool()) << words_of(answer);

    // A total.
    effect::CounterKey total;
    total.campaign = 1;
    const std::string field = keys::cell_field(total);
    const auto totals = co_await stored(0, keys::totals_key(1));
    keys::Sums sums = *keys::decode_sums(totals.at(field));
    for (auto& [measure, sum] : sums)
      if (measure == effect::Measure::delivered) ++sum;
    co_await tamper(0, keys::totals_key(1), field, keys::encode_sums(sums));
    answer = co_await verify();
    EXPECT_FALSE(answer.json["equal"].GetBool());
    EXPECT_EQ(answer.json["different"].GetInt(), 1) << words_of(answer);
    EXPECT_TRUE(names(answer, "campaign c1: delivered", "8", "9")) << words_of(answer);

    // A lost field.
    co_await tamper(0, keys::totals_key(1), field, std::nullopt);
    answer = co_await verify();
    EXPECT_TRUE(names(answer, "campaign c1: decided", "8", "")) << words_of(answer);
    co_await tamper(0, keys::totals_key(1), field, totals.at(field));

    // A ledger that says that nobody clicked.
    const enterprise::Uscc uscc = enterprise_in(0, 0);
    const std::string right = co_await stored_ledger(uscc);
    delivery::Ledger ledger = *delivery::decode(right);
    ledger.intents.front().engaged.clear();
    co_await tamper_ledger(uscc, delivery::encode(ledger));
    answer = co_await verify();
    EXPECT_EQ(answer.json["different"].GetInt(), 1) << words_of(answer);
    EXPECT_TRUE(names(answer, std::string(uscc.text()) + " part 1 click", "1 people, 0 machine, seconds 1800 to 1800", ""))
        << words_of(answer);

    // One that is gone, and one that nobody ever heard of.
    co_await tamper_ledger(uscc, "");
    const enterprise::Uscc stranger = enterprise_in(0, 99);
    co_await tamper_ledger(stranger, right);
    answer = co_await verify();
    EXPECT_TRUE(names(answer, "c1.1.page." + std::string(uscc.text()), "known", "")) << words_of(answer);
    EXPECT_TRUE(names(answer, "c1.1.page." + std::string(stranger.text()), "", "known")) << words_of(answer);
    co_await tamper_ledger(uscc, right);
    co_await tamper_ledger(stranger, "");

    // Bytes that are no ledger, a header that is gone, a key that is nobody's.
    co_await tamper_ledger(uscc, "rubbish");
    co_await tamper(0, keys::headers_key, "1", std::nullopt);
    co_await tamper(0, "x:1", "y", "z");
    answer = co_await verify();
    EXPECT_EQ(answer.json["different"].GetInt(), 3) << words_of(answer);
    EXPECT_TRUE(names(answer, "the ledger", "readable", "unreadable")) << words_of(answer);
    EXPECT_TRUE(names(answer, "field 79", "", "not of this fold")) << words_of(answer);

    // Bytes that are no bucket.
    const std::uint32_t bucket = keys::bucket_of(enterprise::hash_of(uscc), 16);
    co_await tamper(0, keys::bucket_key(bucket), keys::bucket_field(bucket), "rubbish");
    answer = co_await verify();
    EXPECT_TRUE(names(answer, "bucket " + keys::bucket_field(bucket) + " of ledgers", "readable", "unreadable")) << words_of(answer);
  };
  run(body());
}

TEST_F(VerifyTest, KeepsAHundredDifferencesAndCountsAll) {
  start_folding();
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(3);
    auto past = random_past(random, 60, 3);
    co_await append(std::move(past));
    co_await catch_up();
    for (std::uint32_t bucket = 0; bucket < 16; ++bucket)
      co_await tamper(0, keys::bucket_key(bucket), keys::bucket_field(bucket), std::nullopt);
    const Answer answer = co_await verify();
    EXPECT_EQ(answer.json["differences"].Size(), 100U);
    EXPECT_GT(answer.json["different"].GetInt(), 200);
  };
  run(body());
}

class ImpatientVerifyTest : public VerifyTest {
 protected:
  ImpatientVerifyTest() { patience = 0ms; }
};

TEST_F(ImpatientVerifyTest, TellsWhereToAskAndDoesOneAtATime) {
  start_folding();
  auto body = [&]() -> asio::awaitable<void> {
    std::mt19937 random(4);
    auto past = random_past(random, 60, 7);
    co_await append(std::move(past));
    co_await catch_up();
    Answer answer = co_await verify();
    EXPECT_EQ(answer.status, 202) << words_of(answer);
    const std::string location(answer.headers.get("Location"));
    EXPECT_EQ(location, "/effect/v1/verify/" + std::string(answer.json["id"].GetString()));
    const Answer second = co_await verify();
    EXPECT_EQ(second.status, 409) << words_of(second);
    for (int i = 0; i < 1'000 && answer.status == 202; ++i) {
      co_await sleep(10ms);
      answer = co_await get(location, "auditor");
    }
    EXPECT_EQ(answer.status, 200) << words_of(answer);
    EXPECT_TRUE(answer.json["equal"].GetBool()) << words_of(answer);
    const Answer unknown = co_await get("/effect/v1/verify/v0", "auditor");
    EXPECT_EQ(unknown.status, 404);
    const Answer forbidden = co_await ask(http::Verb::post, "/effect/v1/verify", "operator");
    EXPECT_EQ(forbidden.status, 403);
  };
  run(body());
}

}  // namespace
}  // namespace zhida::effect_service
