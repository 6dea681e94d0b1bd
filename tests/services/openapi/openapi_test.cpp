// The document that users read against the routes that the program has.

#include "support/openapi.hpp"
#include "platform/auth/role.hpp"
#include "platform/http/router.hpp"
#include "standalone/system.hpp"
#include "support/temporary_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace zhida::standalone {
namespace {

using rapidjson::Value;
using test::OpenApi;

const OpenApi& api() {
  static const OpenApi document;
  return document;
}

/// Every service as `zhida serve` puts them together, at rest: nothing runs and nothing is asked.
class Routes : public testing::Test {
 protected:
  Routes() {
    node::prepare(directory_);
    system_ = std::make_unique<System>(context_.get_executor(), directory_, ServeSettings(),
                                       *redis::Address::parse("unix:" + (files_.path() / "none.sock").string()), journal_);
  }

  const http::Route* route(const OpenApi::Operation& operation) const {
    for (const http::Route& each : system_->router().routes())
      if (verb_of(each) == operation.verb && each.pattern == operation.path) return &each;
    return nullptr;
  }

  static std::string verb_of(const http::Route& route) {
    std::string verb(http::name_of(route.verb));
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return verb;
  }

  test::TemporaryDirectory files_;
  node::DataDirectory directory_{files_.path()};
  boost::asio::io_context context_{1};
  observe::Log journal_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  std::unique_ptr<System> system_;
};

TEST_F(Routes, AreAllDescribedByAnOperationWithTheirNameRolesAndScope) {
  for (const http::Route& each : system_->router().routes()) {
    const auto& all = api().operations();
    const auto found = std::ranges::find_if(all, [&](const auto& one) { return one.verb == verb_of(each) && one.path == each.pattern; });
    ASSERT_NE(found, all.end()) << verb_of(each) << " " << each.pattern << " is not described";
    EXPECT_EQ(found->id(), each.info.name);
    EXPECT_EQ(found->has("x-bureau-scoped"), each.info.bureau_scoped) << each.info.name;
    std::vector<std::string> roles;
    if (each.info.access.kind == http::Access::Kind::roles)
      for (const auth::Role role : auth::all_roles)
        if (each.info.access.allowed.contains(role)) roles.emplace_back(auth::name_of(role));
    EXPECT_EQ(found->roles(), roles) << each.info.name;
    const std::string access = each.info.access.kind == http::Access::Kind::open       ? "open"
                               : each.info.access.kind == http::Access::Kind::loopback ? "loopback"
                                                                                       : "";
    EXPECT_EQ(found->text("x-access"), access) << each.info.name;
    EXPECT_EQ(found->has("security"), !access.empty()) << each.info.name;
  }
}

TEST_F(Routes, ExistForEveryOperation) {
  for (const OpenApi::Operation& each : api().operations())
    EXPECT_NE(route(each), nullptr) << each.verb << " " << each.path << " is no route";
}

TEST_F(Routes, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const http::Route& each : system_->router().routes()) EXPECT_TRUE(names.insert(each.info.name).second) << each.info.name;
}

/// Calls `visit` with every object below `value`.
void walk(const Value& value, const std::function<void(const Value&)>& visit) {
  if (value.IsObject()) {
    visit(value);
    for (const auto& member : value.GetObject()) walk(member.value, visit);
  } else if (value.IsArray()) {
    for (const Value& element : value.GetArray()) walk(element, visit);
  }
}

TEST(OpenApiDocument, HasNoReferenceThatLeadsNowhereAndNoPartThatNothingRefersTo) {
  std::set<std::string> used;
  walk(api().root(), [&](const Value& value) {
    if (!value.HasMember("$ref")) return;
    EXPECT_NE(api().resolve(value), nullptr) << value["$ref"].GetString();
    used.insert(value["$ref"].GetString());
  });
  for (const char* kind : {"schemas", "parameters", "responses", "headers"}) {
    const Value& parts = api().root()["components"][kind];
    for (const auto& each : parts.GetObject())
      EXPECT_TRUE(used.contains(std::string("#/components/") + kind + "/" + each.name.GetString())) << kind << " " << each.name.GetString();
  }
}

TEST(OpenApiDocument, SaysOfEveryOperationWhatItAnswersAndWhatCanGoWrong) {
  for (const OpenApi::Operation& each : api().operations()) {
    EXPECT_FALSE(each.text("summary").empty()) << each.id();
    const Value& responses = (*each.value)["responses"];
    bool good = false;
    for (const auto& response : responses.GetObject()) {
      const Value& resolved = *api().resolve(response.value);
      EXPECT_TRUE(resolved.HasMember("description")) << each.id();
      const char kind = response.name.GetString()[0];
      if (kind == '2' || kind == '3') good = true;
      if (kind != '2' || !resolved.HasMember("content")) continue;
      for (const auto& media : resolved["content"].GetObject())
        EXPECT_TRUE(media.value.HasMember("schema") || media.value.HasMember("example")) << each.id();
    }
    EXPECT_TRUE(good) << each.id();
    const bool needs_key = each.text("x-access").empty();
    EXPECT_TRUE(!needs_key || (responses.HasMember("401") && responses.HasMember("403"))) << each.id();
  }
}

TEST(OpenApiDocument, DescribesEveryPathParameterAndBelongsToAKnownTag) {
  std::set<std::string> tags;
  for (const Value& tag : api().root()["tags"].GetArray()) tags.insert(tag["name"].GetString());
  for (const OpenApi::Operation& each : api().operations()) {
    EXPECT_TRUE(tags.contains((*each.value)["tags"][0].GetString())) << each.id();
    std::set<std::string> described;
    if (each.has("parameters"))
      for (const Value& parameter : (*each.value)["parameters"].GetArray()) {
        const Value& resolved = *api().resolve(parameter);
        if (std::string_view(resolved["in"].GetString()) == "path") described.insert(resolved["name"].GetString());
      }
    std::set<std::string> wanted;
    for (std::size_t at = each.path.find('{'); at != std::string::npos; at = each.path.find('{', at + 1))
      wanted.insert(each.path.substr(at + 1, each.path.find('}', at) - at - 1));
    EXPECT_EQ(described, wanted) << each.id();
  }
}

/// `example` as text: of NDJSON each line apart, of anything else but JSON nothing.
std::vector<std::string> examples(const std::string& type, const Value& media) {
  if (!media.HasMember("example") || type.find("json") == std::string::npos) return {};
  const Value& example = media["example"];
  std::vector<std::string> texts;
  if (type == "application/x-ndjson") {
    for (const std::string_view line : OpenApi::lines(example.GetString())) texts.emplace_back(line);
    return texts;
  }
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  example.Accept(writer);
  texts.emplace_back(buffer.GetString());
  return texts;
}

TEST(OpenApiDocument, HasExamplesThatFitTheirSchemas) {
  int seen = 0;
  walk(api().root(), [&](const Value& value) {
    if (!value.HasMember("content") || !value["content"].IsObject()) return;
    for (const auto& media : value["content"].GetObject()) {
      if (!media.value.IsObject() || !media.value.HasMember("schema")) continue;
      for (const std::string& example : examples(media.name.GetString(), media.value)) {
        const auto mistake = api().mistake_in(media.value["schema"], example);
        EXPECT_FALSE(mistake) << *mistake << " in " << example;
        ++seen;
      }
    }
  });
  EXPECT_GT(seen, 80);
}

/// What the checker behind `OpenApi::allows` would not enforce.
TEST(OpenApiDocument, UsesOnlyKeywordsOfSchemasThatAreEnforced) {
  static const std::set<std::string> known{
      "$ref",     "type",    "format",  "description", "enum",    "nullable", "properties",           "required", "items", "minItems",
      "maxItems", "minimum", "maximum", "pattern",     "default", "example",  "additionalProperties", "oneOf",    "anyOf", "allOf"};
  const std::function<void(const Value&, const std::string&)> check = [&](const Value& schema, const std::string& where) {
    for (const auto& member : schema.GetObject()) {
      const std::string name = member.name.GetString();
      EXPECT_TRUE(known.contains(name)) << name << " in " << where;
      if (name == "properties")
        for (const auto& property : member.value.GetObject()) check(property.value, where + "." + property.name.GetString());
      if ((name == "items" || name == "additionalProperties") && member.value.IsObject()) check(member.value, where + "[]");
      if (name == "oneOf" || name == "anyOf" || name == "allOf")
        for (const Value& each : member.value.GetArray()) check(each, where + "|");
    }
  };
  const Value& schemas = api().root()["components"]["schemas"];
  for (const auto& each : schemas.GetObject()) check(each.value, each.name.GetString());
}

TEST(OpenApiChecker, FindsWhatAnAnswerMustNotHave) {
  const OpenApi::Operation& preview = api().operation("preview_audience");
  const std::string good = R"({"eligible":1,"unknown":0,"ineligible":2,"near":[],"sample":[],"took_us":5})";
  EXPECT_TRUE(api().allows(preview, 200, "application/json", good));
  EXPECT_FALSE(api().allows(preview, 418, "application/json", good)) << "a status that is not announced";
  EXPECT_FALSE(api().allows(preview, 200, "text/html", good)) << "a media type that is not announced";
  EXPECT_FALSE(api().allows(preview, 200, "application/json", R"({"eligible":1})")) << "members missing";
  EXPECT_FALSE(
      api().allows(preview, 200, "application/json", R"({"eligible":"1","unknown":0,"ineligible":2,"near":[],"sample":[],"took_us":5})"));
  EXPECT_FALSE(
      api().allows(preview, 200, "application/json", R"({"eligible":1,"unknown":0,"ineligible":2,"near":[],"sample":["x"],"took_us":5})"))
      << "a pattern below a reference";
  EXPECT_FALSE(api().allows(preview, 200, "application/json",
                            R"({"eligible":1,"unknown":0,"ineligible":2,"near":[],"sample":[],"took_us":5,"more":1})"))
      << "an undocumented member";
  const OpenApi::Operation& tree = api().operation("page_checkup_item");
  EXPECT_FALSE(api().allows(tree, 404, "application/problem+json", R"({"type":"urn:zhida:problem:not-found"})"));
}

TEST(OpenApiChecker, FindsTheOperationOfARequest) {
  EXPECT_EQ(api().find("get", "/operator/v1/items/X?limit=1")->id(), "get_item");
  EXPECT_EQ(api().find("get", "/docs/docs.js")->id(), "docs_js");
  EXPECT_EQ(api().find("delete", "/docs"), nullptr);
}

}  // namespace
}  // namespace zhida::standalone
