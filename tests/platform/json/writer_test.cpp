#include "platform/json/writer.hpp"
#include "platform/json/canonical.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace zhida::json {
namespace {

TEST(JsonWriter, PlacesCommasAndEscapes) {
  std::string text;
  Writer writer(text);
  writer.begin_object().field("a", 1).field("b\"", "x\n\x01\\企").key("c").begin_array().value(true).null().value(2.5).end_array();
  writer.key("d")
      .begin_object()
      .end_object()
      .raw_field("e", "[1]")
      .null_field("f")
      .field("g", std::uint64_t{18446744073709551615U})
      .end_object();
  EXPECT_EQ(text, R"({"a":1,"b\"":"x\n\u0001\\企","c":[true,null,2.5],"d":{},"e":[1],"f":null,"g":18446744073709551615})");
}

TEST(JsonWriter, WritesDoublesThatReadBackEqual) {
  const auto holds = rc::check([](double number) {
    RC_PRE(std::isfinite(number));
    std::string text;
    Writer(text).value(number);
    const Parsed parsed = parse(text);
    RC_ASSERT(static_cast<bool>(parsed));
    RC_ASSERT(parsed->GetDouble() == number);
  });
  EXPECT_TRUE(holds);
  std::string text;
  Writer(text).value(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(text, "null");
}

// RFC 8785, appendix B.
TEST(CanonicalJson, WritesNumbersAsEcmaScript) {
  const auto es = [](std::uint64_t bits) {
    std::string text;
    append_es_number(text, std::bit_cast<double>(bits));
    return text;
  };
  EXPECT_EQ(es(0x0000000000000000), "0");
  EXPECT_EQ(es(0x8000000000000000), "0");
  EXPECT_EQ(es(0x0000000000000001), "5e-324");
  EXPECT_EQ(es(0x8000000000000001), "-5e-324");
  EXPECT_EQ(es(0x7fefffffffffffff), "1.7976931348623157e+308");
  EXPECT_EQ(es(0xffefffffffffffff), "-1.7976931348623157e+308");
  EXPECT_EQ(es(0x4340000000000000), "9007199254740992");
  EXPECT_EQ(es(0xc340000000000000), "-9007199254740992");
  EXPECT_EQ(es(0x4430000000000000), "295147905179352830000");
  EXPECT_EQ(es(0x44b52d02c7e14af5), "9.999999999999997e+22");
  EXPECT_EQ(es(0x44b52d02c7e14af6), "1e+23");
  EXPECT_EQ(es(0x44b52d02c7e14af7), "1.0000000000000001e+23");
  EXPECT_EQ(es(0x444b1ae4d6e2ef4e), "999999999999999700000");
  EXPECT_EQ(es(0x444b1ae4d6e2ef4f), "999999999999999900000");
  EXPECT_EQ(es(0x444b1ae4d6e2ef50), "1e+21");
  EXPECT_EQ(es(0x3eb0c6f7a0b5ed8c), "9.999999999999997e-7");
  EXPECT_EQ(es(0x3eb0c6f7a0b5ed8d), "0.000001");
  EXPECT_EQ(es(0x41b3de4355555553), "333333333.3333332");
  EXPECT_EQ(es(0x41b3de4355555554), "333333333.33333325");
  EXPECT_EQ(es(0x41b3de4355555555), "333333333.3333333");
  EXPECT_EQ(es(0x41b3de4355555556), "333333333.3333334");
  EXPECT_EQ(es(0x41b3de4355555557), "333333333.33333343");
  EXPECT_EQ(es(0xbecbf647612f3696), "-0.0000033333333333333333");
  EXPECT_EQ(es(0x43143ff3c1cb0959), "1424953923781206.2");
  EXPECT_THROW(es(0x7fffffffffffffff), std::invalid_argument);
  EXPECT_THROW(es(0x7ff0000000000000), std::invalid_argument);
}

// RFC 8785, §3.2.2 and §3.2.3.
TEST(CanonicalJson, GivesTheFormOfTheRfc) {
  EXPECT_EQ(canonical(R"({"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                          "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]})"),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"})");
  EXPECT_EQ(
      canonical(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
                          "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})"),
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
      "\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(CanonicalJson, SortsPrefixesFirstAndKeepsLargeIntegersExact) {
  EXPECT_EQ(canonical(R"({"ab":1,"a":9007199254740993,"":[]})"), R"({"":[],"a":9007199254740993,"ab":1})");
  EXPECT_THROW(canonical("{"), std::invalid_argument);
}

}  // namespace
}  // namespace zhida::json
