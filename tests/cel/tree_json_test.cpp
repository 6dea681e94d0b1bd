#include "cel/tree_json.hpp"

#include "cel/json.hpp"
#include "cel/normalise.hpp"
#include "cel/parser.hpp"
#include "cel/random_trees.hpp"
#include "cel/support.hpp"

#include <rapidcheck.h>

namespace zhida::cel::test {
namespace {

std::string json_of(std::string_view text) { return to_json(normalise(compile(text).ast()).ast); }

std::string mistake_of(std::string_view json) {
  const TreeFromJson read = tree_from_json(json);
  EXPECT_FALSE(read.ast) << json;
  return read.error;
}

TEST(TreeJson, WritesEachKindOfNodeAsAnObject) {
  EXPECT_EQ(json_of("p.employees < 300 && !(\"hnte\" in p.tags)"),
            R"({"all":[{"op":"<","left":{"name":"p.employees"},"right":{"int":300}},)"
            R"({"not":{"op":"in","left":{"string":"hnte"},"right":{"name":"p.tags"}}}]})");
  EXPECT_EQ(json_of("p.tags.exists(t, t in [\"hnte\", \"tsme\"]) || has(p.ratio)"),
            R"({"any":[{"each":"exists","variable":"t","in":{"name":"p.tags"},"body":{"op":"in","left":{"name":"t"},)"
            R"("right":{"list":[{"string":"hnte"},{"string":"tsme"}]}}},{"has":{"name":"p.ratio"}}]})");
  EXPECT_EQ(json_of("math.least(-p.employees, 9223372036854775807) == (p.active ? 1 : p.grant_years[0])"),
            R"({"op":"==","left":{"call":"math.least","arguments":[{"negate":{"name":"p.employees"}},{"int":"9223372036854775807"}]},)"
            R"("right":{"if":{"name":"p.active"},"then":{"int":1},"else":{"element":{"name":"p.grant_years"},"at":{"int":0}}}})");
  EXPECT_EQ(json_of("p.size_class.startsWith(\"\\\"\\n松\") || p.ratio == 0.5 || true"),
            R"({"any":[{"call":"startsWith","target":{"name":"p.size_class"},"arguments":[{"string":"\"\n松"}]},)"
            R"({"op":"==","left":{"name":"p.ratio"},"right":{"double":0.5}},{"bool":true}]})");
}

TEST(TreeJson, GivesTheSameTreeBack) {
  EXPECT_TRUE(rc::check([] {
    RandomTrees trees(*rc::gen::arbitrary<std::uint64_t>(), true);
    const Checked checked = check(trees.text(boolean_type, 5), plain_environment());
    RC_ASSERT(checked);
    const Normalised normal = normalise(checked.program->ast());
    const std::string json = to_json(normal.ast);
    const TreeFromJson read = tree_from_json(json);
    if (!read.ast) RC_FAIL(read.error + "\n" + json);
    RC_ASSERT(same_tree(*read.ast, read.ast->root(), normal.ast, normal.ast.root()));
    RC_ASSERT(to_json(*read.ast) == json);
    // Printed as CEL it is checked like any text, and normalises to itself.
    const Checked again = check(print(*read.ast), plain_environment());
    if (!again) RC_FAIL(told(again.diagnostics) + print(*read.ast));
    const Normalised twice = normalise(again.program->ast());
    RC_ASSERT(same_tree(twice.ast, twice.ast.root(), normal.ast, normal.ast.root()));
  }));
}

TEST(TreeJson, TakesAnyTextWithoutHarmAndPrintsOnlyWhatParses) {
  const std::string whole =
      json_of("p.tags.exists(t, t in [\"hnte\", \"tsme\"]) && -p.employees + 3 > 1 && p.size_class.contains(\"\\\"\")");
  EXPECT_TRUE(rc::check([&](const std::vector<std::pair<unsigned char, char>>& changes) {
    std::string json = whole;
    for (const auto& [place, byte] : changes) json[(place * 7U) % json.size()] = byte;
    const TreeFromJson read = tree_from_json(json);
    RC_ASSERT(read.ast.has_value() == read.error.empty());
    if (!read.ast) return;
    const std::string text = print(*read.ast);
    Diagnostics diagnostics(text);
    const auto again = parse(text, diagnostics);
    if (!again) RC_FAIL(text);
    RC_ASSERT(print(*again) == text);
  }));
}

TEST(TreeJson, RefusesWhatIsNoTreeAndSaysWhere) {
  EXPECT_EQ(mistake_of(R"({"all":[{"bool":true}]})"), "at 7: a chain has two conditions or more");
  EXPECT_EQ(mistake_of(R"({"name":"p.x || true"})"), "at 8: 'p.x || true' is no name");
  EXPECT_EQ(mistake_of(R"({"call":"f(1) || g","arguments":[]})"), "at 8: 'f(1) || g' is no name of a function");
  EXPECT_EQ(mistake_of(R"({"not":{"op":"=","left":{"int":1},"right":{"int":1}}})"), "at 13: unknown operator");
  for (const char* const json : {"",
                                 "[]",
                                 "{}",
                                 "null",
                                 "{\"x\":1}",
                                 "{\"int\":1.5}",
                                 "{\"int\":\"9223372036854775808\"}",
                                 "{\"double\":1e999}",
                                 "{\"double\":\"1\"}",
                                 "{\"bool\":1}",
                                 "{\"string\":\"\\ud800\"}",
                                 "{\"string\":\"\x01\"}",
                                 "{\"int\":1} 2",
                                 "{\"int\":01}",
                                 "{\"name\":\"while\"}",
                                 "{\"name\":\"a..b\"}",
                                 "{\"name\":\"true\"}",
                                 "{\"has\":{\"name\":\"a\"}}",
                                 "{\"if\":{\"bool\":true},\"then\":{\"int\":1}}",
                                 "{\"each\":\"some\",\"variable\":\"t\",\"in\":{\"list\":[]},\"body\":{\"bool\":true}}",
                                 "{\"each\":\"all\",\"variable\":\"t.u\",\"in\":{\"list\":[]},\"body\":{\"bool\":true}}",
                                 "{\"call\":\"all\",\"target\":{\"list\":[]},\"arguments\":[{\"name\":\"t\"},{\"bool\":true}]}",
                                 "{\"list\":[{\"int\":1},]}",
                                 "{\"int\":1,}"})
    EXPECT_FALSE(mistake_of(json).empty()) << json;
}

TEST(TreeJson, HoldsTreesToTheLimitsOfTexts) {
  std::string deep;
  for (int i = 0; i < 5'000; ++i) deep += "{\"not\":";
  EXPECT_NE(mistake_of(deep + "{\"bool\":true}" + std::string(5'000, '}')).find("too deep"), std::string::npos);
  std::string list = "{\"list\":[{\"int\":1}";
  for (int i = 0; i < 2'001; ++i) list += ",{\"int\":1}";
  EXPECT_NE(mistake_of(list + "]}").find("more than 2000 elements"), std::string::npos);
  EXPECT_NE(mistake_of(std::string(2'000'000, ' ')).find("longer than"), std::string::npos);
  EXPECT_EQ(mistake_of("{\"string\":\"\xFF\"}"), "not valid UTF-8");
}

TEST(Json, ReadsEscapesAndSurrogates) {
  const JsonResult read = parse_json(R"( ["\u677e\ud83d\ude00\t\/", -1.5e+3, null] )", 4);
  ASSERT_TRUE(read.value) << read.error;
  EXPECT_EQ(read.value->elements[0].text, "松😀\t/");
  EXPECT_EQ(read.value->elements[1].text, "-1.5e+3");
  EXPECT_EQ(json_string("松\n\"\x01"), "\"松\\n\\\"\\u0001\"");
}

}  // namespace
}  // namespace zhida::cel::test
