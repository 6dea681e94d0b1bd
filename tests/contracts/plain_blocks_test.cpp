// The quick way to read blocks of facts gives what the thorough way gives, whatever the text.

#include "contracts/intents/plain_block.hpp"
#include "contracts/intents/plain_facts.hpp"
#include "contracts/receipts/receipts_recorded.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::contracts {
namespace {

using Words = std::vector<std::string>;

enterprise::Uscc some_uscc(unsigned number) {
  std::string first = "91310117MA1J00000";
  for (std::size_t at = first.size(); number > 0; number /= 10) first[--at] = static_cast<char>('0' + number % 10);
  return *enterprise::Uscc::make(first);
}

/// The first word mostly.
std::string pick(const Words& words) {
  return *rc::gen::weightedOneOf<std::string>({{30, rc::gen::just(words[0])}, {2, rc::gen::elementOf(words)}});
}

/// Any word, the same chance for all.
std::string any(const Words& words) { return *rc::gen::elementOf(words); }

/// From 0 to `n` − 1, however small the case is to be.
int number_below(int n) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, n)); }

bool once_in(int n) { return number_below(n) == 0; }

const Words values = {R"({"size_class":"small","employees":42})",
                      "{}",
                      R"({"名":"甲\"乙\\","a":-1.50,"list":["a","b\n"],"none":null,"yes":true,"no":false})",
                      R"({"a":1,"a":2})",
                      R"({"a":{"b":1}})",
                      R"({"a":[[1]]})",
                      R"({"a":[1,-0,2.675]})",
                      R"({"a":1e3})",
                      R"({"a":-0})",
                      R"({"a":01})",
                      R"({"a":1.})",
                      R"({"a":123456789012345678901234567890})",
                      R"({"a":"\u4e2d"})",
                      R"({"a":"\ud800"})",
                      R"({"a":"\x"})",
                      "{\"a\":\"\xED\xA0\x80\"}",
                      "{\"a\":\"\xC3\"}",
                      R"({"a\"b":1,"a\u0022b":2})",
                      R"( { "a" : [ ] , "b" : 2 } )",
                      R"({"a":1,})",
                      "7",
                      "null",
                      "[]"};
const Words members = {R"(,"more":{"a":[1,{"b":2}]})",
                       R"(,"more":1,"more":2)",
                       R"(,"state":"matched")",
                       R"(,"uscc":null)",
                       R"(,"items":[])",
                       R"(,"values":{"a":1})",
                       R"(,"reason":null)",
                       R"(,"facets":{})",
                       ",",
                       " "};

std::string some_items(std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text += ",";
    const std::string verdict = "\"verdict\":" + pick({"\"eligible\"", "\"manual\"", "\"unknown\"", "\"perhaps\"", "1"});
    const std::string window = "\"window\":" + pick({"\"open\"", "\"not_yet\"", "\"closed\"", "null"});
    const std::string benefit = "\"benefit\":" + any({"null", "0", "500000", "1000000000000000", "70000", "1"});
    text += any({"{" + verdict + "," + window + "," + benefit + "}", "{" + benefit + "," + window + "," + verdict + "}",
                 "{" + verdict + "," + window + "}"});
    if (once_in(60)) text += any({",{}", ",7", R"(,{"verdict":"eligible"})"});
  }
  if (once_in(60))
    text.replace(text.size() - 1, 1,
                 any({R"(,"benefit":-1})", R"(,"benefit":1000000000000001})", R"(,"benefit":01})", R"(,"benefit":1.5})"}));
  return text + "]";
}

std::string some_facets() {
  std::string text = "{";
  const auto add = [&text](const std::string& name, const std::string& value) {
    text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  };
  if (!once_in(3)) add("size_class", any({"\"small\"", "\"micro\"", "\"large\"", "\"unknown\""}));
  if (!once_in(3)) add("street", "\"310117106\"");
  if (!once_in(3)) add("section", "\"C\"");
  if (once_in(2)) add("building", any({"\"临港大厦\"", "\"a building with a name that is rather long\"", "\"\""}));
  if (once_in(20)) add("building", any({"\"临港\\\"大厦\\\"\"", "\"\\u4e2d\""}));
  if (once_in(40))
    add(any({"size_class", "street", "park", "legal_form", "other"}),
        any({"\"x\"", "\"\"", "null", "7", "\"310117106\"", "\"31011710x\""}));
  return text + "}";
}

/// Changes a byte, drops one or doubles a stretch, now and then.
std::string damaged(std::string text) {
  if (!once_in(4)) return text;
  const auto at = static_cast<std::size_t>(number_below(static_cast<int>(text.size())));
  switch (number_below(4)) {
    case 0:
      text.erase(at, 1);
      break;
    case 1:
      text[at] = any({"{", "}", "[", "]", ",", ":", "\"", "\\", " ", "0", "-", ".", "\n", "\x01", "\xE4", "t", "n"})[0];
      break;
    case 2:
      text.insert(at, " ");
      break;
    default:
      text.insert(at, text.substr(at / 2, 40));
  }
  return text;
}

std::string block_of(const std::string& head, const Words& facts) {
  std::string list;
  for (const std::string& fact : facts) list += (list.empty() ? "" : ",") + fact;
  const std::string opening =
      once_in(40) ? any({R"("facts" :[)", R"("facts": [)", R"("a\"facts":[)", R"("facts":[],"b\"facts":[)", R"("facts":[],"facts":[)"})
                  : R"("facts":[)";
  const std::string end =
      once_in(40) ? any({R"(],"more":1})", R"(],"facts":[]})", "]}\n", "]}}", "]", R"(],"intents_offset":3})", "] }"}) : "]}";
  return damaged("{" + head + opening + list + end);
}

std::string some_intents() {
  const auto items = static_cast<std::size_t>(number_below(3));
  std::string head =
      R"("campaign":"c12","occurrence":"1","channel":"page","decided_at":"2026-11-23T12:00:00+08:00","profile_position":17,"items":[)";
  for (std::size_t i = 0; i < items; ++i) head += std::string(i != 0 ? "," : "") + R"({"id":"A)" + std::to_string(i) + R"(","version":1})";
  head += "],";
  if (once_in(20)) head += any({R"("more":{"facts":[1]},)", R"("campaign":"c13",)", R"("x":"\"facts\":[",)"});
  Words facts;
  for (int i = number_below(6); i > 0; --i) {
    const std::string uscc =
        once_in(60) ? any({"913101170000000000", "short", ""}) : std::string(some_uscc(static_cast<unsigned>(number_below(999))).text());
    std::string fact = "{\"uscc\":\"" + uscc + "\"";
    fact += any({R"(,"state":"matched")", R"(,"state":"matched")", R"(,"state":"expired")", R"(,"state":"suppressed","reason":"opted_out")",
                 R"(,"reason":"cap_day","state":"suppressed")"});
    if (once_in(60)) fact += any({R"(,"state":"suppressed")", R"(,"reason":"none")", R"(,"reason":"quiet_hours")", R"(,"reason":"odd")"});
    if (!once_in(5)) fact += ",\"facets\":" + some_facets();
    if (!once_in(60)) fact += ",\"items\":" + some_items(items);
    if (!once_in(3)) fact += ",\"values\":" + pick(values);
    if (once_in(30)) fact += any(members);
    facts.push_back(fact + "}");
  }
  return block_of(head, facts);
}

std::string described(const FieldErrors& errors) {
  std::string text;
  for (const FieldError& error : errors) text += error.pointer + " " + error.code + " " + error.detail + " " + error.detail_zh + "\n";
  return text;
}

std::string described(const std::vector<PoisonFact>& poison) {
  std::string text;
  for (const PoisonFact& fact : poison) text += std::to_string(fact.index) + " " + described(FieldErrors{fact.error}) + fact.json + "\n";
  return text;
}

void check_intents() {
  const std::string json = some_intents();
  auto quick = read_intents_decided(json);
  const auto b = read_intents_decided(json, ReadingWay::thorough);
  RC_ASSERT(quick.has_value() == b.has_value());
  if (!b) {
    RC_ASSERT(described(quick.error()) == described(b.error()));
    return;
  }
  const IntentsDecided a = std::move(*quick);  // views stay good
  RC_ASSERT(a.header() == b->header());
  RC_ASSERT(described(a.poison()) == described(b->poison()));
  RC_ASSERT(a.facts().size() == b->facts().size());
  const auto shows = [](std::string_view name) { return name != "a"; };
  for (std::size_t i = 0; i < a.facts().size(); ++i) {
    const DecidedFact &x = a.facts()[i], &y = b->facts()[i];
    RC_ASSERT(x.index == y.index);
    RC_ASSERT(x.uscc == y.uscc);
    RC_ASSERT(x.state == y.state);
    RC_ASSERT(x.reason == y.reason);
    RC_ASSERT(x.facets == y.facets);
    RC_ASSERT(x.size == y.size);
    RC_ASSERT(x.street == y.street);
    RC_ASSERT(std::equal(x.items.begin(), x.items.end(), y.items.begin(), y.items.end()));
    RC_ASSERT(a.values_json(x.index) == b->values_json(y.index));
    RC_ASSERT(a.values_json(x.index, shows) == b->values_json(y.index, shows));
  }
}

void check_receipts() {
  std::string head = R"("campaign":"c12","occurrence":"1","channel":"page","at":"2026-11-23T12:00:00+08:00","intents_offset":)" +
                     any({"7", "0", "4711"}) + ",";
  if (once_in(30)) head += any({R"("more":{"facts":[1]},)", R"("at":"1999-11-23T12:00:00+08:00",)", R"("x":"\"facts\":[",)"});
  Words facts;
  for (int i = number_below(6); i > 0; --i) {
    std::string fact = "{\"uscc\":\"" + std::string(some_uscc(static_cast<unsigned>(number_below(999))).text()) + "\"";
    fact += any({R"(,"state":"delivered")", R"(,"state":"delivered")", R"(,"state":"delivered","left_out":[1,3])",
                 R"(,"state":"suppressed","reason":"opted_out")",
                 R"(,"state":"deferred","until":"2026-12-01T08:00:00+08:00","reason":"quiet_hours")", R"(,"attempt":3,"state":"sent")"});
    if (once_in(30))
      fact += any({R"(,"attempt":4294967296)", R"(,"attempt":1.0)", R"(,"left_out":[3,1])", R"(,"left_out":[0])", R"(,"left_out":[])",
                   R"(,"left_out":[65536])", R"(,"until":"2026-12-01")", R"(,"until":"2099-12-01T08:00:00+08:00")", R"(,"until":null)",
                   R"(,"state":"none")", R"(,"reason":"odd")", R"(,"left_out":[1 , 2])"});
    if (once_in(40)) fact += any(members);
    facts.push_back(fact + "}");
  }
  const std::string json = block_of(head, facts);
  const auto a = read_receipts_recorded(json);
  const auto b = read_receipts_recorded(json, ReadingWay::thorough);
  RC_ASSERT(a.has_value() == b.has_value());
  if (!b) {
    RC_ASSERT(described(a.error()) == described(b.error()));
    return;
  }
  RC_ASSERT(a->header == b->header);
  RC_ASSERT(described(a->poison) == described(b->poison));
  RC_ASSERT(a->facts == b->facts);
}

constexpr int blocks_each = 50;

RC_GTEST_PROP(QuickBlocks, OfIntentsAreReadAsThoroughly, ()) {
  for (int i = 0; i < blocks_each; ++i) check_intents();
}

RC_GTEST_PROP(QuickBlocks, OfReceiptsAreReadAsThoroughly, ()) {
  for (int i = 0; i < blocks_each; ++i) check_receipts();
}

TEST(QuickBlocks, AreWhatWeWrite) {
  IntentsHeader header;
  header.campaign = 12;
  header.decided_at = domain::start_of(*domain::parse_date("2026-11-23"));
  header.items = {{"SJ-IPO-2021", 2, "ab12", "ipo", 90}, {"CN-HNTE-CERT", 1, "", "", 30}};
  IntentsWriter writer(header);
  const std::vector<delivery::ItemDecision> decisions{{delivery::Verdict::eligible, delivery::Window::open, 500'000},
                                                      {delivery::Verdict::manual, delivery::Window::not_yet, std::nullopt}};
  const Facets facets{"small", "C", "310117106", "none", "临港大厦", "company"};
  for (unsigned i = 0; i < IntentsWriter::most_facts; ++i)
    writer.add(some_uscc(i), i % 2 == 0 ? delivery::State::matched : delivery::State::suppressed,
               i % 2 == 0 ? delivery::Reason::none : delivery::Reason::opted_out, i % 3 == 0 ? Facets() : facets, decisions,
               R"({"name":"甲\n乙"})");
  const std::string json = writer.finish();
  JsonText parser;
  const PlainBlock block = PlainBlock::in(json, parser);
  ASSERT_NE(block.head, nullptr);
  PlainFacts facts;
  EXPECT_TRUE(facts.read(block.facts, header.items.size()));
  EXPECT_EQ(facts.facts.size(), IntentsWriter::most_facts);
  EXPECT_FALSE(PlainFacts().read(block.facts, 1)) << "another number of items";
}

}  // namespace
}  // namespace zhida::contracts
