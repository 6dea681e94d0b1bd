// The quick way to read profiles gives what the thorough way gives, whatever the text.

#include "contracts/profiles/profile_line.hpp"
#include "contracts/profiles/profile_patched.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace zhida::contracts {
namespace {

const Date today = *domain::parse_date("2026-11-23");

const std::vector<std::string> values = {"1",
                                         "0",
                                         "-7",
                                         "123456789012345678",
                                         "1234567890123456789012",
                                         "0.05",
                                         "-1.5",
                                         "1e3",
                                         "-0",
                                         "01",
                                         "1.",
                                         "true",
                                         "false",
                                         "null",
                                         "\"x\"",
                                         "\"小型\"",
                                         "[]",
                                         "[\"a\",\"b\"]",
                                         "[1]",
                                         "{}",
                                         "\"a\\nb\"",
                                         "\"\"",
                                         "tru",
                                         "[[]]",
                                         "2.675",
                                         "333333333.33333329",
                                         "9.007199254740993e15",
                                         "\"\xC3\"",
                                         "\"\xED\xA0\x80\"",
                                         "\"a longer text without anything special in it\""};
const std::vector<std::string> names = {"\"a\"", "\"b\"", "\"size_class\"", "\"c\\u0061\"", "\"名\"", "\"\""};
const std::vector<std::string> dates = {"\"2026-06-30\"", "\"2026-11-23\"", "\"2026-11-24\"", "\"2026-02-30\"", "7"};
const std::vector<std::string> sources = {"\"s\"", "\"统计局\"", "\"\"", "null"};

std::string pick(const std::vector<std::string>& from) {
  return *rc::gen::weightedOneOf<std::string>({{24, rc::gen::just(from[0])}, {3, rc::gen::elementOf(from)}});
}

/// Changes a byte, drops one or doubles a stretch, now and then.
std::string damaged(std::string text) {
  if (text.empty() || *rc::gen::inRange(0, 3) != 0) return text;
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      text.erase(at, 1);
      break;
    case 1:
      text[at] = *rc::gen::elementOf(std::string("{}[],:\"\\ 0-.\n\x01\xE4tn"));
      break;
    case 2:
      text.insert(at, " ");
      break;
    default:
      text.insert(at, text.substr(at / 2, 20));
  }
  return text;
}

std::string described(const std::vector<AttributeStatement>& attributes) {
  std::string text;
  for (const auto& [name, value, source, as_of] : attributes) {
    text += std::string(name) + "|" + std::string(source) + "|" + domain::format_date(as_of) + "|" +
            std::to_string(static_cast<int>(value.kind)) + "|" + std::to_string(value.boolean) + std::to_string(value.integer) + "|" +
            std::to_string(value.real) + "|" + std::string(value.text);
    for (const std::string_view element : value.list) text += "," + std::string(element);
    text += "\n";
  }
  return text;
}

RC_GTEST_PROP(QuickReading, OfLinesIsThatOfThoroughReading, ()) {
  std::string text = "{";
  if (*rc::gen::inRange(0, 5) != 0) text += R"("uscc":"9144030071526726XG",)";
  if (*rc::gen::inRange(0, 3) == 0) text += R"("name":"某公司",)";
  text += "\"attributes\":{";
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i)
    text +=
        pick(names) + ":{\"value\":" + pick(values) + ",\"source\":" + pick(sources) + ",\"as_of\":" + pick(dates) + (i > 1 ? "}," : "}");
  text = damaged(text + "}}");
  ProfileLineReader quick(ReadingWay::quick), thorough(ReadingWay::thorough);
  const ProfileLine* a = quick.read(text, today);
  const ProfileLine* b = thorough.read(text, today);
  RC_ASSERT((a == nullptr) == (b == nullptr));
  RC_ASSERT(quick.errors() == thorough.errors());
  if (a == nullptr) return;
  RC_CLASSIFY(!a->attributes.empty(), "good line");
  RC_ASSERT(a->uscc == b->uscc);
  RC_ASSERT(a->name == b->name);
  RC_ASSERT(described(a->attributes) == described(b->attributes));
}

RC_GTEST_PROP(QuickReading, OfEventsIsThatOfThoroughReading, ()) {
  std::string text = R"({"uscc":"9144030071526726XG","recorded_at":"2026-11-23T10:00:00+08:00")";
  const auto count = *rc::gen::inRange(0, 3);
  for (int i = 0; i < count; ++i) {
    text += i == 0 ? ",\"patch\":[" : ",";
    text += "{\"source\":" + pick(sources) + ",\"as_of\":" + pick(dates);
    if (*rc::gen::inRange(0, 4) != 0)
      text += ",\"set\":{" + pick(names) + ":" + pick(values) + "," + pick(names) + ":" + pick(values) + "}";
    if (*rc::gen::inRange(0, 3) == 0) text += ",\"remove\":[" + pick(names) + "]";
    text += "}";
  }
  if (count > 0) text += "]";
  if (*rc::gen::inRange(0, 3) == 0) text += ",\"name\":\"c2VhbA==\"";
  if (*rc::gen::inRange(0, 4) == 0) text += R"(,"determinations":[{"condition":"c","value":true,"decided_by":"d","as_of":"2026-01-01"}])";
  text = damaged(text + "}");
  ProfilePatchedReader quick(ReadingWay::quick), thorough(ReadingWay::thorough);
  const ProfilePatched* a = quick.read(text);
  const ProfilePatched* b = thorough.read(text);
  RC_ASSERT((a == nullptr) == (b == nullptr));
  RC_ASSERT(quick.errors() == thorough.errors());
  if (a == nullptr) return;
  RC_ASSERT(a->uscc == b->uscc);
  RC_ASSERT(a->recorded_at == b->recorded_at);
  RC_ASSERT(a->sealed_name == b->sealed_name);
  RC_ASSERT(a->determinations == b->determinations);
  RC_ASSERT(described(a->attributes) == described(b->attributes));
}

TEST(QuickReading, NoticesANameThatComesTwiceAmongMany) {
  ProfileLineReader reader;
  std::string text = R"({"uscc":"9144030071526726XG","attributes":{)";
  for (int i = 0; i < 300; ++i) text += "\"a" + std::to_string(i) + R"(":{"value":1,"source":"s","as_of":"2026-01-01"},)";
  EXPECT_NE(reader.read(text + R"("b":{"value":1,"source":"s","as_of":"2026-01-01"}}})", today), nullptr);
  EXPECT_EQ(reader.read(text + R"("a77":{"value":1,"source":"s","as_of":"2026-01-01"}}})", today), nullptr);
}

}  // namespace
}  // namespace zhida::contracts
