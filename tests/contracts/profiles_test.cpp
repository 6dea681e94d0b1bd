#include "contracts/profiles/profile_line.hpp"
#include "contracts/profiles/profile_patched.hpp"
#include "contracts/schema_check.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace zhida::contracts {
namespace {

using enterprise::RawValue;

const Date today = *domain::parse_date("2026-11-23");
constexpr const char* code = "9144030071526726XG";

std::string line(const std::string& attributes) {
  return std::string(R"({"uscc":"9144030071526726XG","name":"某公司","attributes":{)") + attributes + "}}";
}

TEST(ProfileLines, AreReadAsTheyStand) {
  ProfileLineReader reader;
  const std::string text = line(R"("size_class":{"value":"small","source":"统计局","as_of":"2026-06-30"},
      "employees":{"value":12,"source":"人社","as_of":"2026-11-23"},"ratio":{"value":0.5,"source":"税务","as_of":"2026-01-01"},
      "legal_person":{"value":true,"source":"市监","as_of":"2026-01-01"},"gone":{"value":null,"source":"市监","as_of":"2026-01-01"},
      "qualifications":{"value":["hnte","tsme"],"source":"科委","as_of":"2026-01-01"},"none":{"value":[],"source":"科委","as_of":"2026-01-01"})");
  const ProfileLine* read = reader.read(text, today);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->uscc->text(), code);
  EXPECT_EQ(read->name, "某公司");
  ASSERT_EQ(read->attributes.size(), 7U);
  EXPECT_EQ(read->attributes[0].name, "size_class");
  EXPECT_EQ(read->attributes[0].value.text, "small");
  EXPECT_EQ(read->attributes[0].source, "统计局");
  EXPECT_EQ(domain::format_date(read->attributes[0].as_of), "2026-06-30");
  EXPECT_EQ(read->attributes[1].value.integer, 12);
  EXPECT_EQ(read->attributes[2].value.real, 0.5);
  EXPECT_EQ(read->attributes[3].value.boolean, true);
  EXPECT_EQ(read->attributes[4].value.kind, RawValue::Kind::null);
  ASSERT_EQ(read->attributes[5].value.list.size(), 2U);
  EXPECT_EQ(read->attributes[5].value.list[1], "tsme");
  EXPECT_EQ(read->attributes[6].value.kind, RawValue::Kind::list);
}

TEST(ProfileLines, NeedNothingButAnObject) {
  ProfileLineReader reader;
  const ProfileLine* read = reader.read("{}", today);
  ASSERT_NE(read, nullptr);
  EXPECT_FALSE(read->uscc || read->name);
  EXPECT_TRUE(read->attributes.empty());
}

TEST(ProfileLines, SayWhatIsWrong) {
  ProfileLineReader reader;
  const std::map<std::string, std::string> wrong = {
      {"[]", " type"},
      {"{", " malformed"},
      {R"({"uscc":"91"})", "/uscc uscc_length"},
      {R"({"uscc":7})", "/uscc uscc_length"},
      {R"({"uscc":"9144030071526726XH"})", "/uscc uscc_check"},
      {R"({"name":7})", "/name type"},
      {R"({"attributes":[]})", "/attributes type"},
      {R"({"attribute":{}})", "/attribute unknown_member"},
      {line(R"("a/b":7)"), "/attributes/a~1b type"},
      {line(R"("a":{"source":"s","as_of":"2026-01-01"})"), "/attributes/a/value required"},
      {line(R"("a":{"value":1,"as_of":"2026-01-01"})"), "/attributes/a/source required"},
      {line(R"("a":{"value":1,"source":"","as_of":"2026-01-01"})"), "/attributes/a/source required"},
      {line(R"("a":{"value":1,"source":"s"})"), "/attributes/a/as_of required"},
      {line(R"("a":{"value":1,"source":"s","as_of":"2022-02-31"})"), "/attributes/a/as_of date"},
      {line(R"("a":{"value":1,"source":"s","as_of":"2026-11-24"})"), "/attributes/a/as_of range"},
      {line(R"("a":{"value":1,"source":"s","as_of":"2026-01-01","note":1})"), "/attributes/a/note unknown_member"},
  };
  for (const auto& [text, error] : wrong) {
    EXPECT_EQ(reader.read(text, today), nullptr) << text;
    ASSERT_FALSE(reader.errors().empty()) << text;
    EXPECT_EQ(reader.errors()[0].pointer + " " + reader.errors()[0].code, error) << text;
  }
  EXPECT_NE(reader.read(line(""), today), nullptr) << "one bad line does not spoil the next";
}

ProfilePatched example(ProfileLineReader& reader) {
  static const std::string text =  // static: the event views it
      line(R"("a":{"value":1,"source":"s","as_of":"2026-01-01"},"b":{"value":"x","source":"t","as_of":"2026-01-01"},
      "c":{"value":null,"source":"s","as_of":"2026-01-01"},"d":{"value":2.0,"source":"s","as_of":"2026-01-01"},
      "e":{"value":["y"],"source":"s","as_of":"2026-01-02"})");
  const ProfileLine* read = reader.read(text, today);
  EXPECT_NE(read, nullptr);
  ProfilePatched event;
  event.uscc = *read->uscc;
  event.recorded_at = *domain::parse_instant("2026-11-23T10:00:00+08:00");
  event.attributes = read->attributes;
  event.sealed_name = "c2VhbGVk";
  event.determinations = {{"listed", true, "区科委", today, today, "批文"}, {"other", false, "区经委", today, std::nullopt, ""}};
  return event;
}

TEST(ProfilePatched, IsGroupedBySourceAndDay) {
  ProfileLineReader lines;
  std::string json;
  append_json(json, example(lines));
  EXPECT_NE(json.find(R"("patch":[{"source":"s","as_of":"2026-01-01","set":{"a":1,"d":2.0},"remove":["c"]},)"
                      R"({"source":"t","as_of":"2026-01-01","set":{"b":"x"}},{"source":"s","as_of":"2026-01-02","set":{"e":["y"]}}])"),
            std::string::npos)
      << json;
  EXPECT_TRUE(accepts("profile_patched", json));
}

TEST(ProfilePatched, SurvivesARoundTrip) {
  ProfileLineReader lines;
  std::string json, again;
  append_json(json, example(lines));
  ProfilePatchedReader reader;
  for (int i = 0; i < 3; ++i) {
    const ProfilePatched* event = reader.read(json);
    ASSERT_NE(event, nullptr) << reader.errors()[0].pointer;
    EXPECT_EQ(event->attributes.size(), 5U);
    EXPECT_EQ(event->determinations, example(lines).determinations);
    again.clear();
    append_json(again, *event);
    EXPECT_EQ(again, json);
  }
}

TEST(ProfilePatched, MayBeAlmostEmpty) {
  ProfilePatched event;
  EXPECT_TRUE(event.empty());
  std::string json;
  append_json(json, event);
  EXPECT_TRUE(accepts("profile_patched", json));
  ProfilePatchedReader reader;
  EXPECT_NE(reader.read(json), nullptr);
}

TEST(ProfilePatched, RefusesWhatItsSchemaRefuses) {
  ProfileLineReader lines;
  std::string json;
  append_json(json, example(lines));
  ProfilePatchedReader reader;
  for (const char* pointer : {"/uscc", "/recorded_at", "/patch/0/source", "/patch/0/as_of", "/determinations/0/value",
                              "/determinations/0/condition", "/determinations/0/as_of", "/determinations/0/decided_by"}) {
    EXPECT_FALSE(accepts("profile_patched", without(json, pointer))) << pointer;
    EXPECT_EQ(reader.read(without(json, pointer)), nullptr) << pointer;
  }
  for (const auto& [pointer, value] : std::map<const char*, const char*>{{"/uscc", "\"9144\""},
                                                                         {"/recorded_at", "\"2026-11-23\""},
                                                                         {"/patch", "{}"},
                                                                         {"/patch/0", "7"},
                                                                         {"/patch/0/as_of", "\"today\""},
                                                                         {"/patch/0/set", "[]"},
                                                                         {"/patch/0/set/a", "{}"},
                                                                         {"/patch/0/set/a", "null"},
                                                                         {"/patch/0/set/a", "[1]"},
                                                                         {"/patch/0/remove", "[1]"},
                                                                         {"/name", "1"},
                                                                         {"/determinations", "[1]"}}) {
    EXPECT_FALSE(accepts("profile_patched", with(json, pointer, value))) << pointer << value;
    EXPECT_EQ(reader.read(with(json, pointer, value)), nullptr) << pointer << value;
  }
}

TEST(DeterminationLines, AreReadOrRefused) {
  const std::string good =
      R"({"uscc":"9144030071526726XG","condition":"listed","value":true,"decided_by":"区科委","as_of":"2026-11-23","valid_to":null,"basis":"批文"})";
  const auto read = determination_line_from_json(good, today);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->uscc.text(), code);
  EXPECT_TRUE(read->determination.value);
  EXPECT_EQ(read->determination.valid_to, std::nullopt);
  EXPECT_TRUE(determination_line_from_json(with(good, "/value", "1"), today).has_error());
  EXPECT_TRUE(determination_line_from_json(with(good, "/valid_to", "\"2026-11-22\""), today).has_error());
  EXPECT_TRUE(determination_line_from_json(with(good, "/as_of", "\"2026-11-24\""), today).has_error());
  EXPECT_TRUE(determination_line_from_json(without(good, "/uscc"), today).has_error());
}

}  // namespace
}  // namespace zhida::contracts
