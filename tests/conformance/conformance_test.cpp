// The official conformance tests of CEL as referee of the language: values, errors, trees and types. ./test conformance fetches them.

#include "cel/checker.hpp"
#include "cel/parser.hpp"
#include "cel/print.hpp"
#include "cel/program.hpp"
#include "cel/time.hpp"
#include "conformance/cases.hpp"
#include "conformance/reference_tree.hpp"
#include "support/repository.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iostream>
#include <set>

namespace zhida::cel::conformance {
namespace {

Type type_named(std::string_view name) {
  std::uint8_t lists = 0;
  for (; name.starts_with("list("); name = name.substr(5, name.size() - 6)) ++lists;
  for (const Kind kind : {Kind::boolean, Kind::integer, Kind::real, Kind::string, Kind::timestamp, Kind::duration})
    if (name == to_string(Type{kind})) return {kind, lists};
  return {Kind::missing, lists};
}

template <class Number>
Number number(std::string_view text, int base = 10) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

Value value_of(const rapidjson::Value& json, Arena& arena) {
  const auto member = json.MemberBegin();
  const std::string_view kind = member->name.GetString();
  const rapidjson::Value& content = member->value;
  if (kind == "bool") return Value::boolean(content.GetBool());
  if (kind == "int") return Value::integer(number<std::int64_t>(content.GetString()));
  if (kind == "double") return Value::real(std::bit_cast<double>(number<std::uint64_t>(content.GetString(), 16)));
  if (kind == "string") return Value::string({content.GetString(), content.GetStringLength()});
  if (kind == "timestamp") return parse_timestamp(content.GetString()).value();
  if (kind == "duration") return parse_duration(content.GetString()).value();
  auto* const elements = static_cast<Value*>(arena.allocate(std::max<std::size_t>(1, content.Size()) * sizeof(Value)));
  for (rapidjson::SizeType i = 0; i < content.Size(); ++i) elements[i] = value_of(content[i], arena);
  return Value::list({elements, content.Size()});
}

/// As the suite compares results: NaN equals NaN.
bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Kind::real && std::isnan(a.as_real())) return std::isnan(b.as_real());
  if (a.kind() == Kind::list)
    return std::ranges::equal(a.as_list(), b.as_list(), [](const Value& x, const Value& y) { return same(x, y); });
  return equal(a, b);
}

/// The zones that the suite names.
std::shared_ptr<const Zones> zones() {
  static const std::shared_ptr<const Zones> loaded = [] {
    auto read = std::make_shared<Zones>();
    for (const std::string name : {"Australia/Sydney", "US/Central", "America/St_Johns", "Asia/Kathmandu"}) {
      std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
      read->add(name, std::string(std::istreambuf_iterator<char>(file), {}));
    }
    return read;
  }();
  return loaded;
}

struct Setting {
  Environment environment{Registry()};
  std::vector<Value> slots;
  Arena arena;

  explicit Setting(const rapidjson::Document& data) {
    Registry registry(zones());
    for (const auto& function : data["functions"].GetArray()) {
      std::vector<Type> parameters;
      for (const auto& parameter : function["parameters"].GetArray()) parameters.push_back(type_named(parameter.GetString()));
      const auto undefined = [](std::span<const Value>, const void*, Arena&) { return Value::error(Fault::bad_conversion); };
      registry.add({.name = function["name"].GetString(),
                    .parameters = parameters,
                    .result = type_named(function["result"].GetString()),
                    .call = undefined});
    }
    environment = Environment(std::move(registry));
    for (const auto& variable : data["variables"].GetObject()) {
      const auto slot = static_cast<std::uint32_t>(slots.size());
      environment.add_variable({variable.name.GetString(), type_named(variable.value.GetString()), slot});
      const auto bound = data["bindings"].FindMember(variable.name);
      slots.push_back(bound == data["bindings"].MemberEnd() ? Value::missing() : value_of(bound->value, arena));
    }
  }
};

std::string told(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += std::to_string(d.offset) + ": " + d.message_en + "\n";
  return text;
}

/// The text parses to the reference's tree; the reason where it does not.
std::string tree_objection(const Case& test) {
  const std::string_view text = test.data["expression"].GetString();
  Diagnostics diagnostics(text);
  const auto ast = parse(text, diagnostics);
  if (!ast) return "does not parse: " + told(diagnostics.take());
  if (!test.data.HasMember("tree")) return "";  // the reference itself gave up
  const std::string tree = reference_tree(*ast, false);
  const std::string wanted = test.data["tree"].GetString();
  return tree == wanted ? "" : "parsed as\n  " + tree + "\nnot as\n  " + wanted;
}

std::string rejection_objection(const Case& test) {
  if (std::string reason = tree_objection(test); !reason.empty()) return reason;
  const Setting setting(test.data);
  const Checked checked = check(test.data["expression"].GetString(), setting.environment);
  if (checked) return "is accepted";
  const Diagnostic& first = checked.diagnostics[0];
  if (first.line < 1 || first.column < 1 || first.message_en.empty() || first.message_zh.empty()) return "has no position or no reason";
  return first.offset < test.data["expression"].GetStringLength() ? "" : "is refused beyond its end";
}

/// An error the suite expects when the text is evaluated, here found when it is checked: a constant that can never be converted.
bool refused_early(const Case& test) {
  if (test.scope == Scope::reject || !test.data["error"].GetBool()) return false;
  const Setting setting(test.data);
  const Checked checked = check(test.data["expression"].GetString(), setting.environment);
  return !checked && checked.diagnostics[0].problem == Problem::bad_literal;
}

/// Why a test fails; empty when it passes.
std::string objection(const Case& test) {
  if (test.scope == Scope::reject) return rejection_objection(test);
  if (std::string reason = tree_objection(test); !reason.empty()) return reason;
  Setting setting(test.data);
  const Checked checked = check(test.data["expression"].GetString(), setting.environment);
  const bool error = test.data["error"].GetBool();
  if (refused_early(test)) return "";
  if (!checked) return "does not check: " + told(checked.diagnostics);
  const Ast& ast = checked.program->ast();
  if (test.data.HasMember("type") && to_string(checked.program->type()) != test.data["type"].GetString() &&
      checked.program->type().scalar != Kind::missing)
    return "has the type " + to_string(checked.program->type());
  if (test.data.HasMember("checked_tree")) {
    const std::string tree = reference_tree(ast, true);
    const std::string wanted = test.data["checked_tree"].GetString();
    if (tree != wanted) return "checked as\n  " + tree + "\nnot as\n  " + wanted;
  }
  if (test.data["check_only"].GetBool()) return "";
  const Value value = checked.program->evaluate(setting.slots, Value::missing(), setting.arena);
  if (error) return value.is_error() ? "" : "gives " + print(value) + ", not an error";
  if (value.is_error()) return "fails: " + std::string(message_en(value.fault()));
  return same(value, value_of(test.data["value"], setting.arena)) ? "" : "gives " + print(value);
}

bool must_pass(const Case& test) {
  return test.scope == Scope::core || test.scope == Scope::reject || test.reason == "math" || test.reason == "macros" ||
         test.reason == "matches";
}

struct Tally {
  int passed = 0, all = 0;
};

std::string table() {
  std::map<std::string, Tally> scopes, files;
  int out = 0, early = 0;
  for (const Case& test : suite().cases) {
    if (test.scope == Scope::out) {
      ++out;
      continue;
    }
    const bool passes = objection(test).empty();
    early += refused_early(test);
    const std::string scope = test.scope == Scope::core ? "core" : (test.scope == Scope::reject ? "reject" : "ext " + test.reason);
    for (Tally* const tally : {&scopes[scope], &files[test.file]}) {
      tally->passed += passes;
      ++tally->all;
    }
  }
  std::string text;
  const auto lines = [&](const std::map<std::string, Tally>& tallies, const std::string& indent) {
    for (const auto& [name, tally] : tallies)
      text += indent + name + " " + std::to_string(tally.passed) + "/" + std::to_string(tally.all) + "\n";
  };
  lines(scopes, "");
  text += "out of scope " + std::to_string(out) + "\n";
  text += "of these, errors found already when the text is checked: " + std::to_string(early) + "\nby file:\n";
  lines(files, "  ");
  return text;
}

class Conformance : public testing::TestWithParam<std::size_t> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Conformance);

TEST_P(Conformance, Holds) {
  const Case& test = suite().cases[GetParam()];
  const std::string reason = objection(test);
  EXPECT_EQ(reason, "") << test.name() << ": " << test.data["expression"].GetString();
}

std::vector<std::size_t> must_pass() {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < suite().cases.size(); ++i)
    if (must_pass(suite().cases[i])) numbers.push_back(i);
  return numbers;
}

std::string parameter_name(const testing::TestParamInfo<std::size_t>& parameter) {
  std::string name = suite().cases[parameter.param].name() + "_" + std::to_string(parameter.param);
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Suite, Conformance, testing::ValuesIn(must_pass()), parameter_name);

TEST(ConformanceTable, CountsEveryScope) {
  if (suite().cases.empty()) GTEST_SKIP() << suite().absence;
  const std::string text = table();
  std::cout << text;
  std::ofstream(zhida::test::repository() / "build/conformance/table.txt") << text;
  for (const char* const line : {"core 515/515\n", "reject 46/46\n", "ext math 102/102\n", "ext macros 12/12\n", "ext matches 9/9\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

}  // namespace
}  // namespace zhida::cel::conformance
