#pragma once

#include "support/repository.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace zhida::contracts {

inline std::filesystem::path schemas() { return zhida::test::repository() / "schemas"; }

inline rapidjson::Document load(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  rapidjson::Document document;
  document.Parse(text.str().c_str());
  EXPECT_FALSE(document.HasParseError()) << path;
  return document;
}

/// Whether the schema `schemas/events/NAME.v1.json` accepts a text; says why it does not.
inline testing::AssertionResult accepts(const std::string& name, std::string_view json) {
  const auto path = schemas() / "events" / (name + ".v1.json");
  if (!std::filesystem::exists(path)) {
    ADD_FAILURE() << "no " << path;
    return testing::AssertionFailure();
  }
  const rapidjson::Document text = load(path);
  const rapidjson::SchemaDocument schema(text);
  rapidjson::SchemaValidator validator(schema);
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError()) return testing::AssertionFailure() << "is no JSON";
  if (document.Accept(validator)) return testing::AssertionSuccess();
  rapidjson::StringBuffer where;
  validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
  return testing::AssertionFailure() << where.GetString() << " breaks " << validator.GetInvalidSchemaKeyword() << " in " << json;
}

/// The schema of an event type: `zhida.item.drafted.v1` → `item_drafted`.
inline std::string schema_of(std::string_view type) {
  std::string name(type.substr(6, type.size() - 9));
  for (char& c : name)
    if (c == '.') c = '_';
  return name;
}

/// `json` without the member at `pointer` (RFC 6901).
inline std::string without(std::string_view json, const char* pointer) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  EXPECT_TRUE(rapidjson::Pointer(pointer).Erase(document)) << pointer;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  document.Accept(writer);
  return buffer.GetString();
}

/// `json` with another value at `pointer`.
inline std::string with(std::string_view json, const char* pointer, const char* value_json) {
  rapidjson::Document document, value;
  document.Parse(json.data(), json.size());
  value.Parse(value_json);
  rapidjson::Pointer(pointer).Set(document, value);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  document.Accept(writer);
  return buffer.GetString();
}

}  // namespace zhida::contracts
