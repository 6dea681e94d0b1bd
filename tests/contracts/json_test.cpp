#include "contracts/json.hpp"

#include "contracts/canonical_json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>

namespace zhida::contracts {
namespace {

std::string written(const Json& value) {
  std::string text;
  JsonWriter(text).copy(value);
  return text;
}

TEST(JsonText, RefusesWhatIsNotStrictJson) {
  JsonText json;
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{} x"), std::string("{\"a\":1,}"), std::string("nan"), std::string("'a'"),
        std::string("01"), std::string("\"\xFF\""), std::string("\"\xED\xB0\x80\""), std::string("\"\\ud800\""), std::string("\"\\udc00\""),
        std::string("{\"\\udc00\":1}"), std::string("1e999"), std::string("{\"a\":1,\"a\":2}"), std::string("{\"a\":1,\"\\u0061\":2}"),
        std::string("// x\n1"), std::string("\"a\nb\""), std::string(2'000'000, '['), std::string(100, '[') + std::string(100, ']')}) {
    EXPECT_EQ(json.parse(text), nullptr) << text.substr(0, 40);
    EXPECT_EQ(json.error().code, "malformed");
  }
  EXPECT_NE(json.parse(std::string(64, '[') + std::string(64, ']')), nullptr);
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"a" + std::to_string(i) + "\":1,";
  EXPECT_NE(json.parse(many + "\"b\":1}"), nullptr);
  EXPECT_EQ(json.parse(many + "\"a7\":1}"), nullptr);
}

TEST(JsonText, CanBeUsedAgain) {
  JsonText json;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = "{\"a\":[" + std::to_string(i) + ",\"" + std::string(static_cast<std::size_t>(i) * 50, 'x') + "\"]}";
    const Json* value = json.parse(text);
    ASSERT_NE(value, nullptr);
    ASSERT_EQ(written(*value), text);
  }
}

TEST(JsonReader, CollectsEveryErrorWithItsPointer) {
  const auto result = read_json<int>(R"({"a":"x","b/~":1,"d":"2022-02-31","l":[1,"two"],"extra":0})", [](JsonReader& reader) {
    int a = 0;
    std::string b, c;
    Date d{};
    std::vector<int> l;
    reader.only({"a", "b/~", "c", "d", "l"});
    reader.required("a", a);
    reader.required("b/~", b);
    reader.required("c", c);
    reader.optional("d", d);
    reader.optional("l", l);
    return a;
  });
  ASSERT_TRUE(result.has_error());
  std::vector<std::string> errors;
  for (const FieldError& error : result.error()) {
    errors.push_back(error.pointer + " " + error.code);
    EXPECT_FALSE(error.detail.empty() || error.detail_zh.empty());
  }
  EXPECT_EQ(errors, (std::vector<std::string>{"/extra unknown_member", "/a type", "/b~1~0 type", "/c required", "/d date", "/l/1 type"}));
}

TEST(JsonReader, ReportsOnceWhatIsNoObject) {
  const auto result = read_json<int>("[]", [](JsonReader& reader) {
    int a = 0;
    reader.required("a", a);
    reader.only({});
    return a;
  });
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().size(), 1U);
  EXPECT_EQ(result.error()[0].code, "type");
}

TEST(JsonWriter, PutsCommasAndEscapes) {
  std::string text = "prefix,";
  JsonWriter writer(text);
  writer.begin_object();
  writer.member("a", "\"\\\n\x01企");
  writer.member("list", std::vector<int>{1, 2});
  writer.key("empty");
  writer.begin_array();
  writer.end_array();
  writer.member("double", 2.0);
  writer.member("none", std::optional<int>());
  writer.member_if("left out", std::optional<int>());
  writer.member("yes", true);
  writer.end_object();
  EXPECT_EQ(text, "prefix,{\"a\":\"\\\"\\\\\\n\\u0001企\",\"list\":[1,2],\"empty\":[],\"double\":2.0,\"none\":null,\"yes\":true}");
}

RC_GTEST_PROP(JsonWriter, WritesWhatIsReadBack, (const std::string& bytes, double number, std::int64_t integer)) {
  std::string ascii;
  for (const char c : bytes) ascii.push_back(static_cast<char>(c & 0x7F));
  RC_PRE(std::isfinite(number));
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  writer.value(ascii);
  writer.value(number);
  writer.value(integer);
  writer.end_array();
  JsonText json;
  const Json* value = json.parse(text);
  RC_ASSERT(value != nullptr);
  RC_ASSERT(text_of((*value)[0]) == ascii);
  RC_ASSERT((*value)[1].IsDouble());
  RC_ASSERT((*value)[1].GetDouble() == number);
  RC_ASSERT((*value)[2].GetInt64() == integer);
}

std::string canonical(const std::string& text) {
  JsonText json;
  const Json* value = json.parse(text);
  EXPECT_NE(value, nullptr) << text;
  return value == nullptr ? "" : canonical_json(*value);
}

TEST(CanonicalJson, FollowsTheExamplesOfRfc8785) {
  EXPECT_EQ(canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })"),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  // Section 3.2.3: sorted by UTF-16, where U+1F600 (D83D …) comes before U+FB33.
  EXPECT_EQ(canonical("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}"),
            "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\uFB33\":3}");
}

TEST(CanonicalJson, PrintsNumbersAsEcmascript) {
  const auto number = [](double value) {
    std::string text;
    append_ecmascript_number(text, value);
    return text;
  };
  EXPECT_EQ(number(-0.0), "0");
  EXPECT_EQ(number(5e-324), "5e-324");
  EXPECT_EQ(number(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(number(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(number(1e21), "1e+21");
  EXPECT_EQ(number(1e20), "100000000000000000000");
  EXPECT_EQ(number(123456.789), "123456.789");
  EXPECT_EQ(number(-1e-6), "-0.000001");
  EXPECT_EQ(number(1e-7), "1e-7");
  EXPECT_EQ(number(1.5e-7), "1.5e-7");
}

}  // namespace
}  // namespace zhida::contracts
