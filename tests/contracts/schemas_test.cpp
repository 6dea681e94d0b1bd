// RapidJSON 1.1 knows draft 4 of JSON Schema and silently accepts what it does not know.

#include "contracts/schema_check.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

namespace zhida::contracts {
namespace {

const std::set<std::string> known_keywords = {"$schema",
                                              "$ref",
                                              "definitions",
                                              "title",
                                              "description",
                                              "type",
                                              "enum",
                                              "properties",
                                              "required",
                                              "items",
                                              "minItems",
                                              "additionalProperties",
                                              "maxItems",
                                              "uniqueItems",
                                              "minLength",
                                              "minimum",
                                              "pattern",
                                              "maxLength",
                                              "exclusiveMinimum",
                                              "maximum",
                                              "exclusiveMaximum",
                                              "multipleOf",
                                              "allOf",
                                              "anyOf",
                                              "oneOf",
                                              "not"};

/// What RapidJSON would not enforce in a schema; empty if it enforces everything.
std::string ignored_in(const rapidjson::Value& schema) {
  if (!schema.IsObject()) return "";
  for (const auto& member : schema.GetObject()) {
    const std::string keyword = member.name.GetString();
    if (!known_keywords.contains(keyword)) return keyword;
    if (keyword == "pattern")
      for (const char* token : {"\\d", "\\w", "\\s", "\\b", "(?"})
        if (std::string(member.value.GetString()).find(token) != std::string::npos) return member.value.GetString();
    if ((keyword == "exclusiveMinimum" || keyword == "exclusiveMaximum") && !member.value.IsBool()) return keyword;
    if (keyword == "$ref" && !std::string(member.value.GetString()).starts_with("#/definitions/")) return member.value.GetString();
    if (keyword == "required" && member.value.Empty()) return "required: []";
    std::string inside;
    if (keyword == "properties" || keyword == "definitions") {
      for (const auto& child : member.value.GetObject())
        if (inside.empty()) inside = ignored_in(child.value);
    } else if (keyword == "items" || keyword == "additionalProperties" || keyword == "not") {
      inside = ignored_in(member.value);
    } else if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") {
      for (const auto& child : member.value.GetArray())
        if (inside.empty()) inside = ignored_in(child);
    }
    if (!inside.empty()) return inside;
  }
  return "";
}

std::string ignored_in(const char* schema) {
  rapidjson::Document document;
  document.Parse(schema);
  return ignored_in(static_cast<const rapidjson::Value&>(document));
}

TEST(Schemas, UseOnlyKeywordsThatAreEnforced) {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(schemas() / "events")) {
    ASSERT_EQ(entry.path().extension(), ".json") << entry.path();
    const rapidjson::Document schema = load(entry.path());
    EXPECT_EQ(ignored_in(static_cast<const rapidjson::Value&>(schema)), "") << entry.path();
    EXPECT_TRUE(schema.HasMember("title") && schema.HasMember("description") && schema.HasMember("type")) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 12);
}

TEST(Schemas, WithIgnoredKeywordsAreNoticed) {
  EXPECT_EQ(ignored_in(R"({"properties":{"a":{"const":1}}})"), "const");
  EXPECT_EQ(ignored_in(R"({"items":{"format":"date"}})"), "format");
  EXPECT_EQ(ignored_in(R"({"anyOf":[{},{"pattern":"\\d+"}]})"), "\\d+");
  EXPECT_EQ(ignored_in(R"({"exclusiveMinimum":3})"), "exclusiveMinimum");
  EXPECT_EQ(ignored_in(R"({"$ref":"#/$defs/a"})"), "#/$defs/a");
  EXPECT_EQ(ignored_in(R"({"exclusiveMinimum":true,"minimum":3})"), "");
}

}  // namespace
}  // namespace zhida::contracts
