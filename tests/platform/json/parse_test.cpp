#include "platform/json/document.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace zhida::json {
namespace {

std::string code_of(std::string text, ParseLimits limits = {}) {
  const Parsed parsed = parse(std::move(text), limits);
  return parsed ? "" : parsed.error().field.code;
}

TEST(JsonParse, KeepsIntegersExactAndDoublesApart) {
  const Parsed parsed = parse(R"({"a":9007199254740993,"b":18446744073709551615,"c":1.0,"d":-9223372036854775808,"e":1e-400,"f":-0})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(find(*parsed, "a")->GetInt64(), 9007199254740993);
  EXPECT_EQ(find(*parsed, "b")->GetUint64(), 18446744073709551615ULL);
  EXPECT_FALSE(find(*parsed, "c")->IsInt64());
  EXPECT_EQ(find(*parsed, "d")->GetInt64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(find(*parsed, "e")->GetDouble(), 0.0);
  EXPECT_TRUE(std::signbit(find(*parsed, "f")->GetDouble()));
  EXPECT_EQ(find(*parsed, "g"), nullptr);
}

TEST(JsonParse, RefusesNumbersThatWouldBeRounded) {
  EXPECT_EQ(code_of("18446744073709551616"), "number_out_of_range");
  EXPECT_EQ(code_of("-9223372036854775809"), "number_out_of_range");
  EXPECT_EQ(code_of("[1e400]"), "number_out_of_range");
  EXPECT_EQ(code_of("NaN"), "malformed");
  EXPECT_EQ(code_of("01"), "trailing_text");
}

TEST(JsonParse, NamesTheObjectOfADuplicateMember) {
  const Parsed parsed = parse(R"({"list":[{"x":1},{"a/b":1,"c":2,"a/b":3}]})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().field.code, "duplicate_member");
  EXPECT_EQ(parsed.error().field.pointer, "/list/1/a~1b");
  EXPECT_EQ(code_of(R"({"a":1,"\u0061":2})"), "duplicate_member");
  EXPECT_EQ(code_of(R"({"a":{"a":1},"b":{"a":1}})"), "");
}

TEST(JsonParse, RefusesInvalidUtf8AndControlCharacters) {
  EXPECT_EQ(code_of("\"\xC3\x28\""), "invalid_utf8");
  EXPECT_EQ(code_of("\"\xC0\xAF\""), "invalid_utf8");
  EXPECT_EQ(code_of("\"\xED\xA0\x80\""), "invalid_utf8");
  EXPECT_EQ(code_of("{\"\xFF\":1}"), "invalid_utf8");
  EXPECT_EQ(code_of("\"\\ud800\""), "malformed");
  EXPECT_NE(code_of("\"a\nb\""), "");
  EXPECT_EQ(code_of(std::string("{}\0{}", 5)), "malformed");
  EXPECT_EQ(code_of("\"企业\""), "");
}

TEST(JsonParse, RefusesWhatIsTooDeepOrTooLongWithoutRecursion) {
  EXPECT_EQ(code_of(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(code_of(std::string(65, '[') + std::string(65, ']')), "too_deep");
  EXPECT_EQ(code_of(std::string(900'000, '[')), "too_deep");
  EXPECT_EQ(code_of(std::string(900'000, '['), {1 << 20, 10'000'000}), "malformed");
  EXPECT_EQ(code_of("[1,2]", {4, 64}), "too_large");
}

TEST(JsonParse, RefusesWhatIsNoJson) {
  EXPECT_EQ(code_of(""), "empty");
  for (const char* text : {"{", "[1,]", "{\"a\":}", "{'a':1}", "// x\n1", "tru", "[1 2]", "{\"a\":1,}", "\"abc"})
    EXPECT_NE(code_of(text), "") << text;
  EXPECT_EQ(code_of("{} x"), "trailing_text");
  const Parsed parsed = parse(R"({"a":[1,{"b":x}]})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().field.pointer, "/a/1/b");
  EXPECT_EQ(parsed.error().offset, 13U);
}

}  // namespace
}  // namespace zhida::json
