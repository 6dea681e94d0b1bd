#pragma once

#include "schemas/files.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::test {

/// What clients are told about every route, schemas/openapi/zhida.json, and whether an actual answer keeps to it.
///
/// Schemas are checked by RapidJSON, which knows draft 4: `nullable` becomes a type, `date` and `date-time` patterns, references point
/// below `definitions`, and an object that lists its members may have no others: an answer with an undocumented member is a mistake.
class OpenApi {
 public:
  using Value = rapidjson::Value;

  struct Operation {
    std::string verb;  ///< lower case
    std::string path;  ///< with `{name}` segments
    const Value* value = nullptr;

    std::string id() const { return text("operationId"); }
    std::string text(const char* member) const { return value->HasMember(member) ? (*value)[member].GetString() : ""; }
    bool has(const char* member) const { return value->HasMember(member); }
    std::vector<std::string> roles() const {
      std::vector<std::string> names;
      for (const Value& role : (*value)["x-roles"].GetArray()) names.emplace_back(role.GetString());
      return names;
    }
  };

  OpenApi() {
    const std::string_view text = schemas::file("openapi/zhida.json");
    document_.Parse(text.data(), text.size());
    if (document_.HasParseError()) throw std::runtime_error("zhida.json is no JSON");
    const Value& paths = root()["paths"];
    for (const auto& path : paths.GetObject())
      for (const auto& verb : path.value.GetObject()) operations_.push_back({verb.name.GetString(), path.name.GetString(), &verb.value});
  }
  OpenApi(const OpenApi&) = delete;

  const Value& root() const { return document_; }
  const std::vector<Operation>& operations() const { return operations_; }

  /// The operation with this id; throws `out_of_range`.
  const Operation& operation(std::string_view id) const {
    for (const Operation& each : operations_)
      if (each.id() == id) return each;
    throw std::out_of_range("no operation " + std::string(id));
  }
  /// The operation that an actual request meets; null if there is none. A literal segment wins over a parameter.
  const Operation* find(std::string_view verb, std::string_view target) const {
    const std::vector<std::string_view> wanted = segments(target.substr(0, target.find('?')));
    const Operation* best = nullptr;
    std::size_t fewest = 0;
    for (const Operation& each : operations_) {
      const auto parameters = each.verb == verb ? parameters_to_fit(segments(each.path), wanted) : std::nullopt;
      if (parameters && (best == nullptr || *parameters < fewest)) best = &each, fewest = *parameters;
    }
    return best;
  }

  /// The value that `value` refers to, or itself; null if the reference leads nowhere.
  const Value* resolve(const Value& value) const {
    if (!value.IsObject() || !value.HasMember("$ref")) return &value;
    return rapidjson::Pointer(value["$ref"].GetString()).Get(document_);
  }

  /// Whether the operation announces `status`.
  bool announces(const Operation& operation, int status) const {
    return (*operation.value)["responses"].HasMember(std::to_string(status).c_str());
  }

  /// Whether an actual answer keeps to the document: status, media type, and the body against its schema; of NDJSON each line.
  testing::AssertionResult allows(const Operation& operation, int status, std::string_view content_type, std::string_view body) const {
    const auto wrong = [&](const std::string& why) {
      return testing::AssertionFailure() << operation.id() << " " << status << ": " << why << "\n" << body.substr(0, 2000);
    };
    if (!announces(operation, status)) return wrong("is not announced");
    const Value& response = *resolve((*operation.value)["responses"][std::to_string(status).c_str()]);
    if (!response.HasMember("content")) return body.empty() ? testing::AssertionSuccess() : wrong("announces no body");
    const std::string type(content_type.substr(0, content_type.find(';')));
    if (!response["content"].HasMember(type.c_str())) return wrong("does not announce " + type);
    const Value& media = response["content"][type.c_str()];
    if (type == "application/x-ndjson") {
      for (const std::string_view line : lines(body))
        if (const auto mistake = mistake_in(media["schema"], line)) return wrong(*mistake);
    } else if (type.ends_with("json")) {
      if (const auto mistake = mistake_in(media["schema"], body)) return wrong(*mistake);
    }
    return testing::AssertionSuccess();
  }

  /// Why `json` does not fit `schema` (a schema of the document); nothing if it does.
  std::optional<std::string> mistake_in(const Value& schema, std::string_view json) const {
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    if (document.HasParseError()) return "is no JSON";
    rapidjson::SchemaValidator validator(compiled(schema));
    if (document.Accept(validator)) return std::nullopt;
    rapidjson::StringBuffer where;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
    return std::string(where.GetString()) + " breaks " + validator.GetInvalidSchemaKeyword();
  }

  static std::vector<std::string_view> lines(std::string_view text) {
    std::vector<std::string_view> found;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      if (end != 0) found.push_back(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return found;
  }

 private:
  using Allocator = rapidjson::Document::AllocatorType;

  static std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> found;
    while (!path.empty()) {
      path.remove_prefix(1);
      const std::size_t end = std::min(path.find('/'), path.size());
      found.push_back(path.substr(0, end));
      path.remove_prefix(end);
    }
    return found;
  }

  /// How many parameters it takes for `path` to fit; nothing if it does not.
  static std::optional<std::size_t> parameters_to_fit(const std::vector<std::string_view>& pattern,
                                                      const std::vector<std::string_view>& path) {
    if (pattern.size() != path.size()) return std::nullopt;
    std::size_t parameters = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (pattern[i].starts_with('{'))
        ++parameters;
      else if (pattern[i] != path[i])
        return std::nullopt;
    }
    return parameters;
  }

  const rapidjson::SchemaDocument& compiled(const Value& schema) const {
    auto& known = compiled_[&schema];
    if (!known) {
      rapidjson::Document draft4(rapidjson::kObjectType);
      Allocator& allocator = draft4.GetAllocator();
      Value definitions(rapidjson::kObjectType);
      const Value& schemas_of_document = root()["components"]["schemas"];
      for (const auto& each : schemas_of_document.GetObject())
        definitions.AddMember(Value(each.name, allocator), draft4_of(each.value, allocator), allocator);
      Value all(rapidjson::kArrayType);
      all.PushBack(draft4_of(schema, allocator), allocator);
      draft4.AddMember("definitions", definitions, allocator).AddMember("allOf", all, allocator);
      known = std::make_unique<rapidjson::SchemaDocument>(draft4);
    }
    return *known;
  }

  static Value draft4_of(const Value& schema, Allocator& allocator) {
    Value made(rapidjson::kObjectType);
    const auto add = [&](std::string_view name, Value value) {
      made.AddMember(Value(name.data(), static_cast<rapidjson::SizeType>(name.size()), allocator), value, allocator);
    };
    for (const auto& member : schema.GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      const Value& value = member.value;
      if (name == "description" || name == "example" || name == "nullable" || name == "default" || name.starts_with("x-")) continue;
      if (name == "$ref") {
        const std::string target = "#/definitions/" + std::string(value.GetString()).substr(sizeof "#/components/schemas/" - 1);
        add(name, Value(target.c_str(), allocator));
      } else if (name == "format") {
        const std::string_view format = value.GetString();
        if (format == "date") add("pattern", Value("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", allocator));
        if (format == "date-time")
          add("pattern", Value("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})$", allocator));
      } else if (name == "properties") {
        Value inner(rapidjson::kObjectType);
        for (const auto& property : value.GetObject())
          inner.AddMember(Value(property.name, allocator), draft4_of(property.value, allocator), allocator);
        add(name, std::move(inner));
      } else if (name == "allOf" || name == "anyOf" || name == "oneOf") {
        Value inner(rapidjson::kArrayType);
        for (const Value& each : value.GetArray()) inner.PushBack(draft4_of(each, allocator), allocator);
        add(name, std::move(inner));
      } else if ((name == "items" || name == "additionalProperties") && value.IsObject()) {
        add(name, draft4_of(value, allocator));
      } else {
        add(name, Value(value, allocator));
      }
    }
    if (made.HasMember("properties") && !made.HasMember("additionalProperties")) made.AddMember("additionalProperties", false, allocator);
    if (!schema.HasMember("nullable") || !schema["nullable"].GetBool()) return made;
    Value null(rapidjson::kObjectType), either(rapidjson::kArrayType), outer(rapidjson::kObjectType);
    null.AddMember("type", "null", allocator);
    either.PushBack(made, allocator).PushBack(null, allocator);
    outer.AddMember("anyOf", either, allocator);
    return outer;
  }

  rapidjson::Document document_;
  std::vector<Operation> operations_;
  mutable std::map<const Value*, std::unique_ptr<rapidjson::SchemaDocument>> compiled_;
};

}  // namespace zhida::test
