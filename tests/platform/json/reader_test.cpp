#include "platform/json/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zhida::json {
namespace {

std::vector<std::string> seen(const FieldErrors& errors) {
  std::vector<std::string> all;
  for (const FieldError& error : errors) {
    EXPECT_FALSE(error.detail.empty());
    EXPECT_FALSE(error.detail_zh.empty());
    all.push_back(error.pointer + " " + error.code);
  }
  return all;
}

TEST(JsonReader, ReadsWhatIsThereWithoutErrors) {
  const Parsed parsed = parse(R"({"s":"x","n":3,"d":1.5,"b":true,"c":"two","o":{"k":1},"l":["a","b"],"z":null})");
  FieldErrors errors;
  Reader reader(*parsed, errors);
  EXPECT_EQ(reader.string("s"), "x");
  EXPECT_EQ(reader.integer("n", 0, 3), 3);
  EXPECT_EQ(reader.number("d"), 1.5);
  EXPECT_TRUE(reader.boolean("b"));
  EXPECT_EQ(reader.choice("c", {"one", "two"}), "two");
  Reader nested = reader.nested(reader.object("o"), "o");
  EXPECT_EQ(nested.integer("k"), 1);
  EXPECT_THAT(reader.strings("l"), testing::ElementsAre("a", "b"));
  EXPECT_EQ(reader.optional_string("z"), std::nullopt);
  EXPECT_TRUE(reader.is_null("z"));
  EXPECT_EQ(reader.optional_integer("absent"), std::nullopt);
  reader.refuse_unknown_members();
  EXPECT_TRUE(errors.empty());
}

TEST(JsonReader, CollectsEveryMistakeWithItsPointer) {
  const Parsed parsed = parse(R"({"s":1,"n":1.5,"m":99,"c":"three","o":{"k":"x","extra/1":0},"l":["a",2],"t":"abcdef"})");
  FieldErrors errors;
  Reader reader(*parsed, errors);
  reader.string("s");
  reader.integer("n");
  reader.integer("m", 0, 10);
  reader.choice("c", {"one", "two"});
  Reader nested = reader.nested(reader.object("o"), "o");
  nested.integer("k");
  nested.refuse_unknown_members();
  reader.strings("l");
  reader.string("t", {1, 5});
  reader.string("absent");
  reader.refuse_unknown_members();
  EXPECT_THAT(seen(errors), testing::ElementsAre("/s wrong_type", "/n wrong_type", "/m out_of_range", "/c not_allowed", "/o/k wrong_type",
                                                 "/o/extra~11 unknown_member", "/l/1 wrong_type", "/t wrong_length", "/absent required"));
}

TEST(JsonReader, SaysOnceThatItIsNoObject) {
  const Parsed parsed = parse("[1]");
  FieldErrors errors;
  Reader reader(*parsed, errors);
  reader.string("a");
  reader.refuse_unknown_members();
  EXPECT_THAT(seen(errors), testing::ElementsAre(" wrong_type"));
}

}  // namespace
}  // namespace zhida::json
