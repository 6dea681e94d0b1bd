#include "services/effect/effect_world.hpp"

#include "effect/csv.hpp"
#include "stores/deliveries/keys.hpp"

#include <algorithm>
#include <set>

namespace zhida::effect_service {
namespace {

namespace keys = stores::deliveries;

using delivery::EngagementType;
using Json = rapidjson::Value;

/// c1: in partition 0 ten intents, two of them suppressed, eight delivered; in partition 1 four, delivered to three, and nothing more until
/// its mark. c2: partition 0, six intents, none delivered.
class EffectRoutesTest : public EffectTest {
 protected:
  void begin() {
    publish_catalogue();
    start_folding();
    std::vector<log::NewRecord> records;
    records.push_back(intents(2, 0, 6));
    records.push_back(intents(1, 0, 10, 2));
    records.push_back(intents(1, 0, 10, 0));  // decided twice: the first one counts
    records.push_back(mark_of(1, 0, 10));
    records.push_back(intents(1, 1, 4));
    records.push_back(delivered(1, 0, 0, 8));
    records.push_back(delivered(1, 1, 0, 3));
    for (int i = 0; i < 4; ++i)
      records.push_back(engagement("shown-" + std::to_string(i), 1, enterprise_in(0, i), EngagementType::impression));
    records.push_back(engagement("shown-again", 1, enterprise_in(0, 0), EngagementType::impression));
    records.push_back(engagement("click-1", 1, enterprise_in(0, 0), EngagementType::click, 1));
    records.push_back(engagement("click-1", 1, enterprise_in(0, 0), EngagementType::click, 1));
    records.push_back(engagement("click-2", 1, enterprise_in(0, 1), EngagementType::click, 2));
    records.push_back(engagement("robot", 1, enterprise_in(0, 2), EngagementType::click, 0, true));
    contracts::OutcomeRecorded granted;
    granted.id = "o1";
    granted.uscc = enterprise_in(0, 0);
    granted.item = "ITEM-1";
    granted.type = delivery::OutcomeType::granted;
    granted.at = decision_time + 48h;
    granted.amount_fen = 123'456;
    records.push_back(record_of(granted));
    for (int i = 0; i < 12; ++i) records.push_back(profile(enterprise_in(0, i), i < 11));
    run(append(std::move(records)));
    run(catch_up());
  }
};

TEST_F(EffectRoutesTest, FunnelCountsByThePublishedRules) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    Answer answer = co_await get("/effect/v1/campaigns/c1/funnel");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json& funnel = answer.json;
    EXPECT_TRUE(funnel["audience"].IsNull()) << "partition 1 has not decided yet";
    EXPECT_EQ(funnel["decided"].GetInt(), 14);
    EXPECT_EQ(funnel["by_state"]["delivered"].GetInt(), 11);
    EXPECT_EQ(funnel["by_state"]["suppressed"].GetInt(), 2);
    EXPECT_EQ(funnel["by_state"]["matched"].GetInt(), 1);
    EXPECT_EQ(funnel["by_reason"]["opted_out"].GetInt(), 2);
    EXPECT_EQ(funnel["delivered"].GetInt(), 11);
    EXPECT_EQ(funnel["reached"].GetInt(), 4);
    EXPECT_EQ(funnel["impressions"]["total"].GetInt(), 5);
    EXPECT_EQ(funnel["impressions"]["unique"].GetInt(), 4);
    EXPECT_EQ(funnel["clicks"]["total"].GetInt(), 2);
    EXPECT_EQ(funnel["clicks"]["unique"].GetInt(), 2);
    EXPECT_EQ(funnel["clicks"]["machine"].GetInt(), 1);
    EXPECT_DOUBLE_EQ(funnel["ctr"].GetDouble(), 0.5);
    EXPECT_EQ(funnel["conversions"].GetInt(), 1);
    EXPECT_EQ(funnel["benefit"]["confirmed"].GetInt(), 1'234);
    EXPECT_EQ(funnel["benefit"]["confirmed_fen"].GetInt(), 123'456);
    EXPECT_EQ(funnel["benefit"]["estimated"].GetInt(), 3'000);
    EXPECT_EQ(funnel["benefit"]["unknown"].GetInt(), 4) << "of ITEM-2";
    EXPECT_EQ(std::string(funnel["invariants"].GetString()), "hold");
    EXPECT_TRUE(funnel["folded_to"]["intents"].IsInt());
    EXPECT_EQ(funnel["positions"]["intents"].Size(), 2U);
    const Json& items = funnel["items"];
    EXPECT_EQ(items.Size(), 2U);
    EXPECT_EQ(std::string(items[0]["id"].GetString()), "ITEM-1");
    EXPECT_EQ(items[0]["version"].GetInt(), 1);
    EXPECT_EQ(std::string(items[0]["title"].GetString()), "事项 ITEM-1");
    EXPECT_EQ(items[0]["clicks"]["total"].GetInt(), 1);
    EXPECT_EQ(items[0]["verdicts"]["eligible"].GetInt(), 14);
    EXPECT_EQ(items[1]["conversions"].GetInt(), 0);

    std::vector<log::NewRecord> mark(1, mark_of(1, 1, 4));
    co_await append(std::move(mark));
    co_await catch_up();
    answer = co_await get("/effect/v1/campaigns/c1/funnel");
    EXPECT_EQ(answer.json["audience"].GetInt(), 14);
    EXPECT_EQ(std::string(answer.json["invariants"].GetString()), "hold");
  };
  run(body());
}

TEST_F(EffectRoutesTest, FunnelSaysWhichInvariantIsBroken) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    const auto totals = co_await stored(0, keys::totals_key(1));
    effect::CounterKey whole;
    whole.campaign = 1;
    const std::string field = keys::cell_field(whole);
    keys::Sums sums = *keys::decode_sums(totals.at(field));
    const auto decided = std::ranges::find(sums, effect::Measure::decided, &keys::Sums::value_type::first);
    ++decided->second;  // one more than its states add up to
    co_await tamper(0, keys::totals_key(1), field, keys::encode_sums(sums));
    const Answer answer = co_await get("/effect/v1/campaigns/c1/funnel");
    EXPECT_TRUE(answer.json["invariants"].IsArray()) << answer.body;
  };
  run(body());
}

TEST_F(EffectRoutesTest, HidesWhatBelongsToOthers) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    for (const char* route : {"/effect/v1/campaigns/c2/funnel", "/effect/v1/campaigns/c2/series", "/effect/v1/campaigns/c2/intents",
                              "/effect/v1/campaigns/c99/funnel", "/effect/v1/items/ITEM-9"}) {
      const Answer foreign = co_await get(route, "analyst_jw");
      EXPECT_EQ(foreign.status, 404) << route;
    }
    const Answer own = co_await get("/effect/v1/campaigns/c1/funnel", "analyst_jw");
    EXPECT_EQ(own.status, 200);
    for (const char* role : {"operator", "approver", "page", "data_centre"}) {
      const Answer forbidden = co_await get("/effect/v1/campaigns/c1/funnel", role);
      EXPECT_EQ(forbidden.status, 403) << role;
    }
    const Answer audited = co_await get("/effect/v1/campaigns/c1/funnel", "auditor");
    EXPECT_EQ(audited.status, 200);
    const Answer mine = co_await get("/effect/v1/metrics?measure=decided&by=campaign", "analyst_jw");
    EXPECT_EQ(mine.json["rows"].Size(), 1U) << mine.body;
  };
  run(body());
}

TEST_F(EffectRoutesTest, AnswersNothingWhileTheStateIsFolded) {
  publish_catalogue();
  auto body = [&]() -> asio::awaitable<void> {
    while (!catalog.ready() || !catalog.campaign("c1")) co_await sleep(5ms);
    for (const char* route : {"/effect/v1/campaigns/c1/funnel", "/effect/v1/campaigns/c1/series", "/effect/v1/campaigns/c1/intents",
                              "/effect/v1/items/ITEM-1", "/effect/v1/metrics?measure=decided&by=campaign"}) {
      const Answer answer = co_await get(route);
      EXPECT_EQ(answer.status, 503) << route;
      EXPECT_FALSE(answer.headers.get("Retry-After").empty()) << route;
    }
  };
  run(body());
}

TEST_F(EffectRoutesTest, ItemCoverageAddsUp) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    const Answer answer = co_await get("/effect/v1/items/ITEM-1");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json& coverage = answer.json["coverage"];
    // Eleven are eligible: four saw it, four had it delivered, two opted out of c1; of the eleventh nobody decided.
    // c2 pushed to the first six as well, so none of these is worse off.
    EXPECT_EQ(coverage["eligible"].GetInt(), 11) << answer.body;
    EXPECT_EQ(coverage["reached"].GetInt(), 4);
    EXPECT_EQ(coverage["not_reached"]["not_opened"].GetInt(), 4);
    EXPECT_EQ(coverage["not_reached"]["opted_out"].GetInt(), 2);
    EXPECT_EQ(coverage["not_pushed"].GetInt(), 1);
    EXPECT_DOUBLE_EQ(answer.json["reach"].GetDouble(), 4.0 / 11.0);
    EXPECT_EQ(answer.json["campaigns"].GetInt(), 2);
    EXPECT_EQ(answer.json["decided"].GetInt(), 20);
    EXPECT_EQ(answer.json["delivered"].GetInt(), 11);
    EXPECT_EQ(answer.json["clicks"]["unique"].GetInt(), 1);
    EXPECT_EQ(answer.json["benefit"]["confirmed"].GetInt(), 1'234);
  };
  run(body());
}

TEST_F(EffectRoutesTest, DeliveredAndReachedMeanTheSameWhereverTheyStand) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    std::vector<log::NewRecord> more;
    more.push_back(delivered(2, 0, 0, 6));
    more.push_back(engagement("shown-by-c2", 2, enterprise_in(0, 0), EngagementType::impression));
    co_await append(std::move(more));
    co_await catch_up();
    const Answer by_item = co_await get("/effect/v1/metrics?measure=delivered&by=item");
    // c1 was delivered to 11 and holds both items, of which the second is only manual; c2 to six of these.
    for (const auto& [item, delivered] : {std::pair("ITEM-1", 17), std::pair("ITEM-2", 11)}) {
      const Answer answer = co_await get(std::string("/effect/v1/items/") + item);
      EXPECT_EQ(answer.json["delivered"].GetInt(), delivered) << item;
      EXPECT_EQ(answer.json["by_state"]["delivered"].GetInt(), delivered) << item;
      for (const Json& row : by_item.json["rows"].GetArray()) {
        if (std::string_view(row["key"].GetString()) == item) {
          EXPECT_EQ(row["value"].GetInt(), delivered) << item;
        }
      }
      EXPECT_EQ(answer.json["reached"].GetInt(), 4) << item;
      EXPECT_EQ(answer.json["coverage"]["reached"].GetInt(), 4) << item;
      EXPECT_EQ(answer.json["reach_base"].GetInt(), 11) << item;
      EXPECT_DOUBLE_EQ(answer.json["reach"].GetDouble(), 4.0 / 11.0) << item;
    }
  };
  run(body());
}

TEST_F(EffectRoutesTest, MoneyPaidOnceCountsOnceWhateverItIsCutBy) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    constexpr std::int64_t fen = 123'456;
    std::vector<log::NewRecord> more;
    more.push_back(delivered(2, 0, 0, 6));
    more.push_back(engagement("shown-by-c2", 2, enterprise_in(0, 0), EngagementType::impression));
    contracts::OutcomeRecorded paid;
    paid.id = "o2";
    paid.uscc = enterprise_in(0, 0);
    paid.item = "ITEM-1";
    paid.type = delivery::OutcomeType::paid;
    paid.at = decision_time + 72h;
    paid.amount_fen = fen;
    more.push_back(record_of(paid));
    co_await append(std::move(more));
    co_await catch_up();
    for (const char* by : {"campaign", "item", "bureau", "channel", "level", "topic", "campaign&step=day", "bureau&from=2026-09-01"}) {
      const Answer answer = co_await get(std::string("/effect/v1/metrics?measure=benefit_paid&by=") + by);
      std::int64_t sum = 0;
      for (const Json& row : answer.json["rows"].GetArray()) {
        std::int64_t of_row = row.HasMember("value_fen") ? row["value_fen"].GetInt64() : 0;
        if (row.HasMember("points"))
          for (const Json& point : row["points"].GetArray()) of_row += point["value_fen"].GetInt64();
        EXPECT_TRUE(of_row == 0 || of_row == fen) << by << answer.body;
        // An item stands under each of its topics, whole.
        sum += std::string_view(by) == "topic" && std::string_view(row["key"].GetString()) != "tax" ? 0 : of_row;
      }
      EXPECT_EQ(sum, fen) << by << answer.body;
    }
    const Answer item = co_await get("/effect/v1/items/ITEM-1");
    EXPECT_EQ(item.json["benefit"]["paid_fen"].GetInt64(), fen);
    EXPECT_EQ(item.json["benefit"]["confirmed_fen"].GetInt64(), 0);
    const Answer first = co_await get("/effect/v1/campaigns/c1/funnel");
    EXPECT_EQ(first.json["benefit"]["paid_fen"].GetInt64(), fen) << "clicked, unlike c2";
    const Answer second = co_await get("/effect/v1/campaigns/c2/funnel");
    EXPECT_EQ(second.json["benefit"]["paid_fen"].GetInt64(), 0);
    EXPECT_EQ(second.json["benefit"]["estimated"].GetInt64(), 0);
  };
  run(body());
}

TEST_F(EffectRoutesTest, MetricsAreCutByEveryDimension) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    struct Case {
      const char* query;
      std::size_t rows;
      const char* key;
      double value;
    };
    for (const Case& each : {Case{"measure=decided&by=campaign", 2, "c1", 14}, Case{"measure=state_delivered&by=bureau", 1, "jw", 11},
                             Case{"measure=decided&by=topic", 2, "talent", 20}, Case{"measure=decided&by=level", 1, "city", 20},
                             Case{"measure=decided&by=channel", 1, "page", 20}, Case{"measure=clicks&by=item", 2, "ITEM-1", 1},
                             Case{"measure=decided&by=item", 2, "ITEM-1", 20}, Case{"measure=benefit_confirmed&by=topic", 2, "tax", 1'234},
                             Case{"measure=ctr&by=campaign", 1, "c1", 0.5}, Case{"measure=decided&by=street", 1, "310117001", 20}}) {
      const Answer answer = co_await get(std::string("/effect/v1/metrics?") + each.query);
      EXPECT_EQ(answer.status, 200) << answer.body;
      if (answer.status != 200) continue;
      EXPECT_EQ(answer.json["rows"].Size(), each.rows) << each.query << answer.body;
      bool found = false;
      for (const Json& row : answer.json["rows"].GetArray()) {
        if (std::string_view(row["key"].GetString()) != each.key) continue;
        found = true;
        EXPECT_DOUBLE_EQ(row["value"].GetDouble(), each.value) << each.query;
      }
      EXPECT_TRUE(found) << each.query << answer.body;
    }
    const Answer none = co_await get("/effect/v1/metrics?measure=clicks&by=campaign&to=2026-08-31");
    EXPECT_EQ(none.json["rows"].Size(), 0U) << none.body;
    const Answer series = co_await get("/effect/v1/metrics?measure=clicks&by=campaign&step=hour&from=2026-09-01");
    EXPECT_EQ(std::string(series.json["rows"][0]["points"][0]["at"].GetString()), "2026-09-01T10:00:00+08:00") << series.body;
    EXPECT_EQ(series.json["rows"][0]["points"][0]["value"].GetInt(), 2);
    const Answer month = co_await get("/effect/v1/metrics?measure=clicks&by=campaign&step=month");
    EXPECT_EQ(std::string(month.json["rows"][0]["points"][0]["at"].GetString()), "2026-09");
  };
  run(body());
}

TEST_F(EffectRoutesTest, MetricsHideSmallCells) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    // c1 alone: ten small enterprises and, in each partition, two large ones.
    const Answer answer = co_await get("/effect/v1/metrics?measure=decided&by=size_class", "analyst_jw");
    EXPECT_EQ(answer.json["rows"].Size(), 2U) << answer.body;
    for (const Json& row : answer.json["rows"].GetArray()) {
      EXPECT_TRUE(row["value"].IsNull()) << "the larger one would give the smaller away: " << answer.body;
      EXPECT_TRUE(row["suppressed"].GetBool());
    }
    const Answer csv = co_await get("/effect/v1/metrics?measure=decided&by=size_class&format=csv", "analyst_jw");
    EXPECT_EQ(csv.body, "size_class,label,decided,suppressed\r\nlarge,large,,true\r\nsmall,small,,true\r\n");
    const Answer shown = co_await get("/effect/v1/metrics?measure=decided&by=street", "analyst", "text/csv");
    EXPECT_NE(shown.body.find("310117001,"), std::string::npos) << shown.body;
    EXPECT_NE(shown.body.find(",20,false"), std::string::npos) << shown.body;
  };
  run(body());
}

TEST_F(EffectRoutesTest, SaysWhatItDoesNotKnow) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    for (const char* query : {"metrics?measure=nothing&by=campaign", "metrics?by=campaign", "metrics?measure=clicks&by=weather",
                              "metrics?measure=clicks&by=campaign&step=year", "metrics?measure=state_delivered&by=street",
                              "metrics?measure=clicks&by=campaign&from=yesterday", "metrics?measure=clicks&by=campaign&from=2026-02-31",
                              "metrics?measure=clicks&by=campaign&from=2026-09-02&to=2026-09-01", "campaigns/c1/series?step=month",
                              "campaigns/c1/intents?format=xlsx"}) {
      const Answer answer = co_await get(std::string("/effect/v1/") + query);
      EXPECT_EQ(answer.status, 422) << query << answer.body;
    }
    const Answer answer = co_await get("/effect/v1/metrics?measure=nothing&by=campaign");
    EXPECT_NE(answer.body.find("clicks_unique"), std::string::npos) << "it lists what it knows";
  };
  run(body());
}

TEST_F(EffectRoutesTest, SeriesAddUpToTheFunnel) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    for (const char* step : {"hour", "day"}) {
      const Answer answer = co_await get(std::string("/effect/v1/campaigns/c1/series?step=") + step);
      EXPECT_EQ(answer.status, 200) << answer.body;
      int decided = 0, reached = 0, clicks = 0, confirmed = 0;
      for (const Json& point : answer.json["points"].GetArray()) {
        decided += point["decided"].GetInt();
        reached += point["reached"].GetInt();
        clicks += point["clicks"]["total"].GetInt();
        confirmed += point["benefit"]["confirmed"].GetInt();
      }
      EXPECT_EQ(decided, 14);
      EXPECT_EQ(reached, 4);
      EXPECT_EQ(clicks, 2);
      EXPECT_EQ(confirmed, 1'234);
      EXPECT_EQ(answer.json["points"].Size(), std::string_view(step) == "hour" ? 49U : 3U) << "gaps are filled";
    }
  };
  run(body());
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

TEST_F(EffectRoutesTest, ExportsEveryIntentOnceWithItsEvidence) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    const Answer answer = co_await get("/effect/v1/campaigns/c1/intents");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.get("Content-Type"), "application/x-ndjson");
    const auto lines = lines_of(answer.body);
    EXPECT_EQ(lines.size(), 14U) << answer.body;
    if (lines.size() != 14) co_return;
    rapidjson::Document row;
    row.Parse(lines[0].c_str());
    const std::string uscc(enterprise_in(0, 0).text());
    EXPECT_EQ(row["uscc"].GetString(), uscc);
    EXPECT_EQ(row["intent"].GetString(), "c1.1.page." + uscc);
    EXPECT_EQ(std::string(row["state"].GetString()), "delivered");
    EXPECT_TRUE(row["reason"].IsNull());
    EXPECT_EQ(std::string(row["decided_at"].GetString()), "2026-09-01T08:00:00+08:00");
    EXPECT_EQ(std::string(row["delivered_at"].GetString()), "2026-09-01T09:00:00+08:00");
    EXPECT_TRUE(row["clicked"].GetBool());
    EXPECT_EQ(row["items"][0]["benefit"].GetInt(), 1'000);
    EXPECT_EQ(std::string(row["items"][1]["verdict"].GetString()), "manual");
    EXPECT_FALSE(row["evidence"]["is_branch"].GetBool());
    EXPECT_EQ(std::string(row["facets"]["street"].GetString()), "310117001");
    row.Parse(lines[9].c_str());
    EXPECT_EQ(std::string(row["state"].GetString()), "suppressed") << "the first decision stands";
    EXPECT_EQ(std::string(row["reason"].GetString()), "opted_out");
    std::set<std::string> different(lines.begin(), lines.end());
    EXPECT_EQ(different.size(), 14U);
  };
  run(body());
}

TEST_F(EffectRoutesTest, ExportsSpreadsheetsThatComputeNothing) {
  begin();
  auto body = [&]() -> asio::awaitable<void> {
    const Answer answer = co_await get("/effect/v1/campaigns/c1/intents?format=csv");
    EXPECT_EQ(answer.headers.get("Content-Type"), "text/csv; charset=utf-8");
    const auto lines = lines_of(answer.body);
    EXPECT_EQ(lines.size(), 15U);
    EXPECT_TRUE(lines[0].starts_with("uscc,intent,state,reason,decided_at,delivered_at,clicked,")) << lines[0];
    EXPECT_NE(lines[1].find(",'=1+1,"), std::string::npos) << lines[1];
    EXPECT_EQ(answer.body.find(",=1+1"), std::string::npos);
    const Answer accepted = co_await get("/effect/v1/campaigns/c1/intents", "analyst", "text/csv");
    EXPECT_EQ(accepted.body, answer.body);
    const Answer empty = co_await get("/effect/v1/campaigns/c2/intents?format=csv");
    EXPECT_EQ(lines_of(empty.body).size(), 7U);
    const Answer head = co_await ask(http::Verb::head, "/effect/v1/campaigns/c1/intents?format=csv");
    EXPECT_EQ(head.status, 200);
  };
  run(body());
}

TEST(Csv, QuotesAndDisarms) {
  std::string text;
  CsvWriter csv(text);
  csv.text("a,b").text("say \"no\"").text("@SUM(A1)").text("-1").raw("-1").number(-1).empty().end_row();
  EXPECT_EQ(text, "\"a,b\",\"say \"\"no\"\"\",'@SUM(A1),'-1,-1,-1,\r\n");
}

}  // namespace
}  // namespace zhida::effect_service
