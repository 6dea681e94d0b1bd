// Keeps the schemas of intents, receipts, engagements, outcomes and dead letters and their structs saying the same.

#include "contracts/dead_letters/dead_letter.hpp"
#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/intents/fact_alone.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/outcomes/outcome_recorded.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "contracts/schema_check.hpp"

#include <gtest/gtest.h>

namespace zhida::contracts {
namespace {

using namespace std::chrono_literals;

const domain::Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 4h + 5ms;

/// `json` with the first `from` in it replaced; the test fails if there is none.
std::string changed(std::string json, const std::string& from, const std::string& to) {
  const auto at = json.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in " << json;
  if (at != std::string::npos) json.replace(at, from.size(), to);
  return json;
}

enterprise::Uscc some_uscc(int number) {
  std::string first = "91310117MA1J00000";
  for (std::size_t at = first.size(); number > 0; number /= 10) first[--at] = static_cast<char>('0' + number % 10);
  return *enterprise::Uscc::make(first);
}

IntentsHeader some_header() {
  IntentsHeader header;
  header.campaign = 12;
  header.decided_at = noon;
  header.profile_position = 4711;
  header.items = {{"SJ-IPO-2021", 2, "ab12", "ipo", 90}, {"CN-HNTE-CERT", 1, "", "", 30}};
  return header;
}

const std::vector<delivery::ItemDecision> decisions{{delivery::Verdict::eligible, delivery::Window::open, 500'000},
                                                    {delivery::Verdict::manual, delivery::Window::not_yet, std::nullopt}};

/// Three facts, the second suppressed.
std::string some_intents() {
  IntentsWriter writer(some_header());
  const Facets facets{"small", "C", "310117106", "none", "临港\"大厦\"", "company"};
  writer.add(some_uscc(1), delivery::State::matched, delivery::Reason::none, facets, decisions, R"({"employees":12,"name":"甲"})");
  writer.add(some_uscc(2), delivery::State::suppressed, delivery::Reason::opted_out, {}, decisions);
  writer.add(some_uscc(3), delivery::State::matched, delivery::Reason::none, {}, decisions);
  return writer.finish();
}

TEST(IntentsDecided, FitsItsSchemaAndSurvivesARoundTrip) {
  const std::string json = some_intents();
  EXPECT_TRUE(accepts("intents_decided", json)) << json;
  const auto block = read_intents_decided(json);
  ASSERT_TRUE(block.has_value()) << block.error().front().detail;
  EXPECT_EQ(block->header(), some_header());
  EXPECT_TRUE(block->poison().empty());
  ASSERT_EQ(block->facts().size(), 3U);
  const DecidedFact& first = block->facts()[0];
  EXPECT_EQ(first.uscc, some_uscc(1));
  EXPECT_EQ(first.facets.building, "临港\"大厦\"");
  EXPECT_EQ(std::vector(first.items.begin(), first.items.end()), decisions);
  EXPECT_EQ(block->values_json(0), R"({"employees":12,"name":"甲"})");
  EXPECT_EQ(block->values_json(1), "{}");
  EXPECT_EQ(block->facts()[1].reason, delivery::Reason::opted_out);

  const delivery::IntentFact fact = block->facts()[2].fact(block->header(), {true, 77, 0});
  EXPECT_EQ(fact.place, (delivery::Place{true, 77, 2}));
  EXPECT_EQ(block->facts()[0].fact(block->header(), {}).street, 310117106U);
  EXPECT_EQ(block->facts()[0].fact(block->header(), {}).size, delivery::SizeBand::small);
  EXPECT_EQ(block->campaign_header({true, 77, 0}).items.at(0), effect::header_item("SJ-IPO-2021", 2, "ipo", 90));
}

TEST(IntentsDecided, OneFactIsReadAloneAsAmongTheOthers) {
  IntentsWriter writer(some_header());
  const Facets facets{"small", "C", "310117106", "]}", "\\\",\"facts\":[{\"", "company"};
  for (int i = 1; i <= 5; ++i)
    writer.add(some_uscc(i), delivery::State::matched, delivery::Reason::none, facets, decisions,
               R"({"number":)" + std::to_string(i) + R"(,"list":["}",{"\\":"\""}]})");
  const std::string json = writer.finish();
  const auto block = read_intents_decided(json);
  ASSERT_TRUE(block.has_value());
  for (std::uint16_t i = 0; i < 5; ++i) {
    const auto alone = fact_alone(json, i);
    ASSERT_TRUE(alone) << i;
    const auto read = read_intents_decided(*alone);
    ASSERT_TRUE(read.has_value()) << *alone;
    EXPECT_EQ(read->header(), block->header());
    ASSERT_EQ(read->facts().size(), 1U);
    EXPECT_EQ(read->facts()[0].uscc, block->facts()[i].uscc);
    EXPECT_EQ(read->facts()[0].facets, facets);
    EXPECT_EQ(read->values_json(0), block->values_json(i));
  }
  EXPECT_FALSE(fact_alone(json, 5));
  EXPECT_FALSE(fact_alone(std::string_view(json).substr(0, json.size() - 40), 4));
  EXPECT_FALSE(fact_alone("{}", 0));
}

TEST(IntentsDecided, ReportsAPoisonFactAlone) {
  const std::string good = some_intents();
  const std::string second = std::string(some_uscc(2).text());
  const std::pair<std::string, std::string> poisons[] = {
      {second, "913101170000000000"},
      {second, "short"},
      {R"("suppressed")", R"("delivered")"},
      {R"("suppressed")", R"("matched")"},
      {R"(,"reason":"opted_out")", ""},
      {R"("opted_out")", R"("quiet_hours")"},
      {R"("suppressed","reason":"opted_out","facets":{})", R"("suppressed","reason":"opted_out","facets":{"street":"31011710"})"},
      {R"("opted_out","facets":{})", R"("opted_out","facets":7)"},
      {R"("opted_out","facets":{},"items":[{"verdict":"eligible")", R"("opted_out","facets":{},"items":[{"verdict":"perhaps")"},
      {R"("opted_out","facets":{},"items":[{"verdict":"eligible","window":"open","benefit":500000})",
       R"("opted_out","facets":{},"items":[{"verdict":"eligible","window":"open","benefit":-1})"},
      {R"("opted_out","facets":{},"items":[{"verdict":"eligible","window":"open","benefit":500000},)",
       R"("opted_out","facets":{},"items":[)"},
  };
  for (const auto& [from, to] : poisons) {
    const std::string json = changed(good, from, to);
    const auto block = read_intents_decided(json);
    ASSERT_TRUE(block.has_value()) << to;
    EXPECT_EQ(block->facts().size(), 2U) << to;
    ASSERT_EQ(block->poison().size(), 1U) << to;
    EXPECT_EQ(block->poison()[0].index, 1) << to;
    EXPECT_EQ(block->poison()[0].error.pointer.rfind("/facts/1/", 0), 0U) << block->poison()[0].error.pointer;
    EXPECT_EQ(block->facts()[1].index, 2);
    EXPECT_EQ(block->facts()[1].uscc, some_uscc(3));
    EXPECT_EQ(block->facts()[1].items[0].benefit, 500'000);
  }
  const auto block = read_intents_decided(changed(good, R"({"uscc":")" + second, R"(17,{"uscc":")" + second));
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->facts().size(), 3U);
  EXPECT_EQ(block->poison().at(0).json, "17");
}

TEST(IntentsDecided, RefusesWhatItsSchemaRefuses) {
  const std::string good = some_intents();
  for (const auto& [from, to] : {std::pair<std::string, std::string>{R"("c12")", R"("12")"},
                                 {R"("occurrence":"1")", R"("occurrence":"1.2")"},
                                 {R"("channel":"page",)", ""},
                                 {R"("profile_position":4711)", R"("profile_position":-1)"},
                                 {R"("decided_at":"2026)", R"("decided_at":"1999)"},
                                 {R"("version":2)", R"("version":0)"},
                                 {R"("conversion_days":90)", R"("conversion_days":"90")"},
                                 {R"("facts":[)", R"("facts":[],"others":[)"}}) {
    const std::string json = changed(good, from, to);
    EXPECT_FALSE(accepts("intents_decided", json)) << to;
    EXPECT_TRUE(read_intents_decided(json).has_error()) << to;
  }
  for (const char* json : {"", "[]", "{", "{}", "null"}) EXPECT_TRUE(read_intents_decided(json).has_error()) << json;
}

TEST(IntentsDecided, SchemaRefusesAPoisonFactToo) {
  EXPECT_FALSE(accepts("intents_decided", changed(some_intents(), R"(,"reason":"opted_out")", "")));
  EXPECT_FALSE(accepts("intents_decided", changed(some_intents(), R"("matched")", R"("matched","reason":"opted_out")")));
  EXPECT_FALSE(accepts("intents_decided", changed(some_intents(), R"("verdict":"eligible")", R"("verdict":"perhaps")")));
}

TEST(IntentsDecided, TakeWhoeverWasDecidedAfterTheEnd) {
  for (const delivery::State state : {delivery::State::expired, delivery::State::cancelled}) {
    IntentsWriter writer(some_header());
    EXPECT_THROW(writer.add(some_uscc(1), state, delivery::Reason::opted_out, {}, decisions), std::logic_error);
    writer.add(some_uscc(1), state, delivery::Reason::none, {}, decisions);
    const std::string json = writer.finish();
    EXPECT_TRUE(accepts("intents_decided", json)) << json;
    const auto block = read_intents_decided(json);
    ASSERT_TRUE(block.has_value());
    ASSERT_EQ(block->facts().size(), 1U);
    EXPECT_EQ(block->facts()[0].state, state);
  }
}

TEST(IntentsWriter, RefusesWhatNoReaderWouldTake) {
  IntentsWriter writer(some_header());
  EXPECT_THROW(writer.add(some_uscc(1), delivery::State::suppressed, delivery::Reason::none, {}, decisions), std::logic_error);
  EXPECT_THROW(writer.add(some_uscc(1), delivery::State::delivered, delivery::Reason::none, {}, decisions), std::logic_error);
  EXPECT_THROW(writer.add(some_uscc(1), delivery::State::matched, delivery::Reason::none, {}, {}), std::logic_error);
  EXPECT_THROW(writer.finish(), std::logic_error);
}

TEST(PartitionDecided, FitsItsSchemaAndSurvivesARoundTrip) {
  PartitionDecided event;
  event.campaign = 12;
  event.intents = 50'000;
  event.profile_position = 9;
  event.at = noon;
  EXPECT_TRUE(accepts("partition_decided", to_json(event)));
  EXPECT_EQ(read_partition_decided(to_json(event)).value(), event);
  const std::string wrong = changed(to_json(event), R"("n":50000)", R"("n":-1)");
  EXPECT_FALSE(accepts("partition_decided", wrong));
  EXPECT_TRUE(read_partition_decided(wrong).has_error());
}

ReceiptsRecorded some_receipts() {
  ReceiptsRecorded block;
  block.header.campaign = 12;
  block.header.at = noon;
  block.header.intents_offset = 7;
  block.facts.resize(3);
  for (std::uint16_t i = 0; i < 3; ++i) {
    block.facts[i].index = i;
    block.facts[i].uscc = some_uscc(i + 1);
  }
  block.facts[0].state = delivery::State::delivered;
  block.facts[1].state = delivery::State::suppressed;
  block.facts[1].reason = delivery::Reason::ineligible_at_send;
  block.facts[2].state = delivery::State::deferred;
  block.facts[2].attempt = 2;
  block.facts[2].reason = delivery::Reason::quiet_hours;
  block.facts[2].until = noon + 12h;
  return block;
}

TEST(ReceiptsRecorded, FitsItsSchemaAndSurvivesARoundTrip) {
  const ReceiptsRecorded block = some_receipts();
  const std::string json = to_json(block);
  EXPECT_TRUE(accepts("receipts_recorded", json)) << json;
  const auto copy = read_receipts_recorded(json);
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(copy->header, block.header);
  EXPECT_EQ(copy->facts, block.facts);
  EXPECT_EQ(copy->fact(copy->facts[2]).status,
            (delivery::Status{delivery::State::deferred, 2, delivery::Reason::quiet_hours, noon, noon + 12h}));
}

TEST(ReceiptsRecorded, ReportsAPoisonFactAloneWhereTheSchemaRefuses) {
  const std::string good = to_json(some_receipts());
  for (const auto& [from, to] : {std::pair<std::string, std::string>{R"("delivered")", R"("none")"},
                                 {R"("delivered")", R"("delivered","until":"2026-11-24T00:00:00Z")"},
                                 {R"(,"reason":"ineligible_at_send")", ""},
                                 {R"("ineligible_at_send")", R"("quiet_hours")"},
                                 {R"("attempt":2)", R"("attempt":-2)"}}) {
    const std::string json = changed(good, from, to);
    EXPECT_FALSE(accepts("receipts_recorded", json)) << to;
    const auto block = read_receipts_recorded(json);
    ASSERT_TRUE(block.has_value()) << to;
    EXPECT_EQ(block->facts.size(), 2U) << to;
    EXPECT_EQ(block->poison.size(), 1U) << to;
  }
  for (const char* json : {"", "[]", "{}", R"({"facts":[1]})"}) EXPECT_TRUE(read_receipts_recorded(json).has_error()) << json;
}

EngagementRecorded some_click() {
  EngagementRecorded event;
  event.id = "click-1";
  event.campaign = 12;
  event.uscc = some_uscc(1);
  event.item = "SJ-IPO-2021";
  event.part = 1;
  event.type = delivery::EngagementType::click;
  event.at = noon;
  event.surface = "inbox";
  event.link = 2;
  event.machine = MachineMark{"prefetch", 1};
  return event;
}

TEST(EngagementRecorded, FitsItsSchemaAndSurvivesARoundTrip) {
  EngagementRecorded event = some_click();
  EXPECT_TRUE(accepts("engagement_recorded", to_json(event))) << to_json(event);
  EXPECT_EQ(read_engagement_recorded(to_json(event)).value(), event);
  EXPECT_TRUE(event.fact(noon).machine);
  event = {};
  event.id = "x";
  event.campaign = 1;
  event.uscc = some_uscc(1);
  event.at = noon;
  event.type = delivery::EngagementType::rated;
  event.score = 5;
  event.reason = "慢";
  EXPECT_TRUE(accepts("engagement_recorded", to_json(event))) << to_json(event);
  EXPECT_EQ(read_engagement_recorded(to_json(event)).value(), event);
}

TEST(EngagementRecorded, RefusesWhatItsSchemaRefuses) {
  const std::string good = to_json(some_click());
  for (const auto& [from, to] : {std::pair<std::string, std::string>{R"("click-1")", R"("")"},
                                 {R"("part":1)", R"("part":0)"},
                                 {R"("part":1)", R"("part":-1)"},
                                 {R"("click","at")", R"("clack","at")"},
                                 {R"("reason":"prefetch",)", ""},
                                 {R"("link":2)", R"("link":65536)"},
                                 {R"("SJ-IPO-2021")", "null"},
                                 {R"(,"at":)", R"(,"on":)"}}) {
    EXPECT_FALSE(accepts("engagement_recorded", changed(good, from, to))) << to;
    EXPECT_TRUE(read_engagement_recorded(changed(good, from, to)).has_error()) << to;
  }
}

TEST(OutcomeRecorded, FitsItsSchemaAndSurvivesARoundTrip) {
  OutcomeRecorded event;
  event.id = "p-1";
  event.uscc = some_uscc(1);
  event.item = "SJ-IPO-2021";
  event.version = 2;
  event.type = delivery::OutcomeType::paid;
  event.at = noon;
  event.amount_fen = 50'000'000;
  event.instalment = 1;
  event.fund = "专项资金";
  const std::string json = to_json(event);
  EXPECT_TRUE(accepts("outcome_recorded", json)) << json;
  EXPECT_EQ(read_outcome_recorded(json).value(), event);
  for (const auto& [from, to] : {std::pair<std::string, std::string>{R"("paid")", R"("payed")"},
                                 {"50000000", "-1"},
                                 {"50000000", "1.5"},
                                 {R"("version":2)", R"("version":0)"},
                                 {R"("id":"p-1",)", ""}}) {
    EXPECT_FALSE(accepts("outcome_recorded", changed(json, from, to))) << to;
    EXPECT_TRUE(read_outcome_recorded(changed(json, from, to)).has_error()) << to;
  }
}

TEST(DeadLetter, KeepsAnyBytesAndFitsItsSchema) {
  for (const std::string& value : {std::string("{\"a\":\"甲\"}"), std::string("\xff\x00{", 3), std::string()}) {
    DeadLetter letter;
    letter.topic = "intents";
    letter.partition = 3;
    letter.offset = 1207;
    letter.index = std::uint16_t{44};
    letter.reason = {"/facts/44/uscc", "uscc", "wrong", "错误"};
    letter.value = value;
    letter.at = noon;
    EXPECT_EQ(letter.id(), "intents/3/1207/44");
    EXPECT_TRUE(accepts("input_quarantined", to_json(letter))) << to_json(letter);
    EXPECT_EQ(read_dead_letter(to_json(letter)).value(), letter);
    const std::string wrong = changed(to_json(letter), R"("value)", R"("other)");
    EXPECT_FALSE(accepts("input_quarantined", wrong));
    EXPECT_TRUE(read_dead_letter(wrong).has_error());
  }
}

}  // namespace
}  // namespace zhida::contracts
