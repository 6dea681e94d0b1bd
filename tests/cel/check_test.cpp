#include "cel/support.hpp"

namespace zhida::cel::test {
namespace {

Diagnostic only(std::string_view text) {
  const auto found = mistakes(text);
  EXPECT_EQ(found.size(), 1U) << text << "\n" << told(found);
  return found.empty() ? Diagnostic{} : found[0];
}

TEST(Check, NamesThePlaceInBytesAndInCodePoints) {
  const Diagnostic d = only("p.size_class == \"small\" ||\n  p.size_class + \"松江\" == \"\" || p.employes > 3");
  EXPECT_EQ(d.line, 2U);
  EXPECT_EQ(d.column, 32U);
  EXPECT_EQ(d.offset, 26U + 1U + 35U);
  EXPECT_EQ(d.problem, Problem::unknown_name);
  EXPECT_EQ(d.suggestion, "employees");
  EXPECT_NE(d.message_zh.find("employes"), std::string::npos);
}

TEST(Check, ReportsSeveralMistakesInOrder) {
  const auto found = mistakes("p.employes > 3 && p.size_class == \"tiny\" && undr(p.size_class) && p.ratio > 3");
  ASSERT_EQ(found.size(), 4U) << told(found);
  EXPECT_EQ(found[0].suggestion, "employees");
  EXPECT_EQ(found[1].problem, Problem::unknown_literal);
  EXPECT_EQ(found[2].problem, Problem::unknown_name);
  EXPECT_EQ(found[3].suggestion, "3.0");
}

TEST(Check, SuggestsTheRecordForABareAttribute) {
  EXPECT_EQ(only("employees > 3").suggestion, "p.employees");
  EXPECT_EQ(only("p > 3").problem, Problem::syntax);
  EXPECT_EQ(only("asof2 == asof").suggestion, "asof");
}

TEST(Check, RefusesWordsOutsideTheVocabularyWhereverTheyAreCompared) {
  for (const char* text :
       {"p.size_class == \"tiny\"", "\"tiny\" != p.size_class", "p.size_class in [\"small\", \"tiny\"]", "\"tiny\" in p.tags",
        "p.tags.exists(t, t == \"tiny\")", "p.tags.exists(t, t in [\"hnte\", \"tiny\"])", "p.tags.all(t, t != \"tiny\")",
        "p.tags == [\"tiny\"]", "p.tags[0] == \"tiny\"", "p.tags.filter(t, t == \"hnte\").exists(t, t == \"tiny\")",
        "[\"tiny\"].exists(x, x == p.size_class)", "p.size_class == (p.active ? \"small\" : \"tiny\")"})
    EXPECT_EQ(only(text).problem, Problem::unknown_literal) << text;
  EXPECT_TRUE(check("p.size_class.startsWith(\"ti\")", environment()));
}

TEST(Check, ShowsHowToWriteALiteralOfTheRightType) {
  EXPECT_EQ(only("p.ratio >= 1").suggestion, "1.0");
  EXPECT_EQ(only("p.employees * 2 > p.ratio").suggestion, "double(p.employees * 2)");
  EXPECT_EQ(only("p.established < \"2024-01-01\"").suggestion, "timestamp(\"2024-01-01T00:00:00+08:00\")");
  EXPECT_EQ(only("p.size_class == 1").suggestion, "\"1\"");
  EXPECT_EQ(only("has(p.employees) && p.employees").problem, Problem::type_mismatch);
}

TEST(Check, RefusesConstantsThatCanNeverBeConverted) {
  EXPECT_EQ(only("p.established < timestamp(\"2023-02-29T00:00:00Z\")").problem, Problem::bad_literal);
  EXPECT_EQ(only("p.established < timestamp(\"2023-02-28\")").suggestion, "timestamp(\"2023-02-28T00:00:00+08:00\")");
  EXPECT_EQ(only("asof - p.established > duration(\"3y\")").problem, Problem::bad_literal);
  EXPECT_EQ(only("p.size_class.matches(\"(\")").problem, Problem::unknown_literal);
  EXPECT_EQ(only("p.size_class.matches(p.size_class)").problem, Problem::unsupported);
  EXPECT_EQ(only("asof.getFullYear(\"Mars/Olympus\")").suggestion, "Asia/Shanghai");
}

TEST(Check, RefusesWhatTheTypedSubsetLeavesOut) {
  for (const char* text : {"{\"a\": 1}", "p.employees == null", "1u", "size(b\"x\") == 1"})
    EXPECT_EQ(only(text).problem, Problem::unsupported) << text;
  for (const char* text : {"[1, \"a\"]", "1 == 1.0", "1 + 1.0", "p.tags < p.tags", "1 in 1", "!1", "-\"a\"", "true ? 1 : \"a\"", "1[0]",
                           "p.employees.foo", "[1][\"a\"]", "size(1)", "5.0 % 2.0", "\"a\" - \"b\"", "1.all(x, true)", "[1].all(x, x)"})
    EXPECT_EQ(only(text).problem, Problem::type_mismatch) << text;
}

TEST(Check, ReportsSyntaxWithWhatItExpected) {
  for (const char* text : {"", "p.", "(1", "1 +", "1 2", "[1, 2", "p.tags.exists(1, true)", "has(1)", "1 ? 2", "a b", ")"})
    EXPECT_EQ(only(text).problem, Problem::syntax) << text;
  EXPECT_EQ(only("p.employees = 3").suggestion, "==");
  EXPECT_EQ(only("p.employees ≥ 3").suggestion, ">=");
  EXPECT_EQ(only("p.size_class == “small").suggestion, "\"");
  EXPECT_EQ(only("\"abc").problem, Problem::bad_token);
  EXPECT_EQ(only("\"\\q\"").problem, Problem::bad_token);
  EXPECT_EQ(only("\"\\ud800\"").problem, Problem::bad_token);
  EXPECT_EQ(only("12abc").problem, Problem::bad_token);
  EXPECT_EQ(only("9223372036854775808").problem, Problem::bad_literal);
  EXPECT_EQ(only("while").problem, Problem::bad_token);
}

TEST(Check, HoldsTheResultToTheTypeAskedFor) {
  EXPECT_FALSE(check("1 + 1", environment(), boolean_type));
  EXPECT_TRUE(check("1 + 1 == 2", environment(), boolean_type));
}

TEST(Check, KnowsWhichSlotsATextReads) {
  const Program program = compile("p.active || (has(p.tags) && p.employees > 3) || p.active");
  const auto slots = program.slots();
  EXPECT_EQ(std::vector<std::uint32_t>(slots.begin(), slots.end()), (std::vector<std::uint32_t>{employees, active, tags}));
}

TEST(Check, LetsLoopVariablesHideOtherNames) {
  EXPECT_EQ(evaluated("[1, 2].exists(p, p == 2)"), "true");
  EXPECT_EQ(evaluated("[1, 2].exists(x, [3].exists(x, x == 3))"), "true");
}

TEST(Check, SurvivesHostileText) {
  const auto problem = [](const std::string& text) {
    const auto found = mistakes(text);
    return found.empty() ? Problem::syntax : found[0].problem;
  };
  EXPECT_EQ(problem(std::string(10'000'000, '(')), Problem::too_long);
  EXPECT_EQ(problem(std::string(60'000, '(')), Problem::too_long);
  EXPECT_EQ(problem(std::string(60'000, '[')), Problem::too_long);
  EXPECT_EQ(problem(std::string(60'000, '!') + "true"), Problem::too_long);
  EXPECT_EQ(problem(std::string(60'000, '-') + "1"), Problem::too_long);
  std::string text = "true";
  for (int i = 0; i < 5'000; ++i) text += "?true:true";
  EXPECT_EQ(problem(text), Problem::too_long);
  text = "p";
  for (int i = 0; i < 20'000; ++i) text += ".a";
  EXPECT_EQ(problem(text), Problem::too_long);
  text = "1";
  for (int i = 0; i < 20'000; ++i) text += "+1";
  EXPECT_EQ(problem(text), Problem::too_long);
  text = "[1";
  for (int i = 0; i < 5'000; ++i) text += ",1";
  EXPECT_EQ(problem(text + "]"), Problem::too_long);
  std::string nested = "true";
  for (int i = 0; i < 9; ++i) nested = "[1].all(x, " + nested + ")";
  EXPECT_EQ(problem(nested), Problem::too_long);
  EXPECT_EQ(problem("\"abc\".matches(\"" + std::string(600, 'a') + "\")"), Problem::unknown_literal);
  EXPECT_EQ(problem("\"\xC3\x28\" == \"a\""), Problem::bad_encoding);
  EXPECT_EQ(problem("\"\xED\xA0\x80\" == \"a\""), Problem::bad_encoding);
  EXPECT_EQ(problem(std::string("1 == 1\0", 7)), Problem::bad_token);
  EXPECT_LE(mistakes(std::string(1'000, '#')).size(), 20U);
}

TEST(Check, TakesLongChainsOfConditionsAsOneLevel) {
  std::string text = "p.employees == 0";
  for (int i = 1; i < 1'500; ++i) text += " || p.employees == " + std::to_string(i);
  EXPECT_EQ(evaluated(text, Slots().set(employees, Value::integer(1'499))), "true");
}

TEST(Check, GivesAnEmptyListTheTypeItIsUsedWith) {
  for (const char* text : {"[].all(x, x > 3)", "[].exists(x, x)", "[].map(x, x + 1) == [1]", "[].all(x, x.all(y, y == \"a\"))",
                           "([] + []).all(x, -x < 2)", "[].filter(x, x in [1]).size() == 0", "[].all(x, [x, 1].exists(y, y == x))",
                           "[[], [1]].all(l, l.all(e, e > 0))", "[].all(x, x[0] + 1 == 2)", "[].all(x, true ? x : false)"})
    EXPECT_TRUE(check(text, environment())) << text << told(check(text, environment()).diagnostics);
  for (const char* text : {"[].all(x, x == [x])", "[].all(x, x > 3 && x == \"a\")", "[].all(x, x.all(y, y > 1) && x == [\"a\"])"})
    EXPECT_EQ(only(text).problem, Problem::type_mismatch) << text;
}

TEST(Check, RefusesListsNestedTooDeepByTheirTypes) {
  std::string deep = std::string(50, '[') + "x" + std::string(50, ']');
  std::string text = "[1]";
  for (int i = 0; i < 6; ++i) text = text + ".map(x, " + deep + ")";
  EXPECT_EQ(mistakes(text)[0].problem, Problem::too_long);
}

TEST(Check, LetsMembersBearReservedNamesAndVariablesDots) {
  EXPECT_EQ(only("p.while").problem, Problem::unknown_name);
  EXPECT_EQ(only("package").problem, Problem::bad_token);
  Environment dotted{Registry()};
  dotted.add_variable({"a.b.package", string_type, 0});
  dotted.add_variable({"a.b", integer_type, 1});
  EXPECT_TRUE(check("a.b.package == \"x\" && a.b == 1", dotted));
  EXPECT_FALSE(check("[1].all(a, a.b == 1)", dotted));
}

}  // namespace
}  // namespace zhida::cel::test
