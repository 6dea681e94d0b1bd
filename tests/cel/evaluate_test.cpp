#include "cel/support.hpp"

#include <limits>

namespace zhida::cel::test {
namespace {

TEST(Evaluate, ComputesWithIntegersAndNeverOverflowsSilently) {
  EXPECT_EQ(evaluated("1 + 2 * 3 - 4 / 2"), "5");
  EXPECT_EQ(evaluated("-7 / 2"), "-3");
  EXPECT_EQ(evaluated("-7 % 2"), "-1");
  EXPECT_EQ(evaluated("9223372036854775807 + 1"), "error: the result is out of range");
  EXPECT_EQ(evaluated("-9223372036854775808 - 1"), "error: the result is out of range");
  EXPECT_EQ(evaluated("-(-9223372036854775808)"), "error: the result is out of range");
  EXPECT_EQ(evaluated("9223372036854775807 * 2"), "error: the result is out of range");
  EXPECT_EQ(evaluated("-9223372036854775808 / -1"), "error: the result is out of range");
  EXPECT_EQ(evaluated("1 / 0"), "error: division by zero");
  EXPECT_EQ(evaluated("1 % 0"), "error: division by zero");
  EXPECT_EQ(evaluated("0x10"), "16");
}

TEST(Evaluate, ComputesWithDoublesAsIeee754) {
  EXPECT_EQ(evaluated("0.5 + 0.25"), "0.75");
  EXPECT_EQ(evaluated("1.0 / 0.0 > 1e308"), "true");
  EXPECT_EQ(evaluated("0.0 / 0.0 == 0.0 / 0.0"), "false");
  EXPECT_EQ(evaluated("0.0 / 0.0 != 0.0 / 0.0"), "true");
  EXPECT_EQ(evaluated("0.0 / 0.0 < 1.0"), "false");
  EXPECT_EQ(evaluated("0.0 / 0.0 >= 1.0"), "false");
}

TEST(Evaluate, HandsAMissingFieldOnUnlessTheAnswerDoesNotHangOnIt) {
  EXPECT_EQ(evaluated("p.employees > 3"), "missing");
  EXPECT_EQ(evaluated("p.employees + 1 > 3"), "missing");
  EXPECT_EQ(evaluated("!p.active"), "missing");
  EXPECT_EQ(evaluated("p.active && false"), "false");
  EXPECT_EQ(evaluated("true || p.active"), "true");
  EXPECT_EQ(evaluated("p.active && true"), "missing");
  EXPECT_EQ(evaluated("p.active || false"), "missing");
  EXPECT_EQ(evaluated("has(p.active)"), "false");
  EXPECT_EQ(evaluated("p.active ? 1 : 1"), "missing");
  EXPECT_EQ(evaluated("true ? 1 : p.employees"), "1");
  EXPECT_EQ(evaluated("\"hnte\" in p.tags"), "missing");
  EXPECT_EQ(evaluated("p.tags.exists(t, t in [\"hnte\"])"), "missing");
  EXPECT_EQ(evaluated("p.tags.all(t, true)"), "missing");
  EXPECT_EQ(evaluated("p.size_class in [\"small\"]"), "missing");
  EXPECT_EQ(evaluated("[1, p.employees].size()"), "missing");
}

// CEL's eval.proto: a missing value beats an error where a value could still decide, an error beats a missing value elsewhere.
TEST(Evaluate, OrdersErrorsAndMissingValuesAsCelDoes) {
  const std::string error = "error: division by zero";
  EXPECT_EQ(evaluated("1 / 0 == 1 && false"), "false");
  EXPECT_EQ(evaluated("false && 1 / 0 == 1"), "false");
  EXPECT_EQ(evaluated("1 / 0 == 1 || true"), "true");
  EXPECT_EQ(evaluated("1 / 0 == 1 && true"), error);
  EXPECT_EQ(evaluated("1 / 0 == 1 || p.active"), "missing");
  EXPECT_EQ(evaluated("p.active || 1 / 0 == 1"), "missing");
  EXPECT_EQ(evaluated("p.active && 1 / 0 == 1"), "missing");
  EXPECT_EQ(evaluated("p.employees + 1 / 0"), error);
  EXPECT_EQ(evaluated("1 / 0 + p.employees"), error);
  EXPECT_EQ(evaluated("[p.employees, 1 / 0].size()"), error);
  EXPECT_EQ(evaluated("math.least(p.employees, 1 / 0)"), error);
  EXPECT_EQ(evaluated("[0, 1].exists(x, 1 / x == 1)"), "true");
  EXPECT_EQ(evaluated("[0, 2].exists(x, 1 / x == 1)"), error);
  EXPECT_EQ(evaluated("[0, 2].all(x, 1 / x == 1)"), "false");
  EXPECT_EQ(evaluated("[0, 1].exists_one(x, 1 / x == 1)"), error);
}

TEST(Evaluate, SaysWhereInTheTextAnErrorArose) {
  Arena arena;
  const Value value = compile("p.employees == 2 || 1 / 0 == 1").evaluate(Slots().set(employees, Value::integer(3)).values, {}, arena);
  ASSERT_TRUE(value.is_error());
  EXPECT_EQ(value.fault_offset(), 20U);
}

TEST(Evaluate, FindsMembersOfShortAndLongLists) {
  const Slots small = Slots().set(size_class, Value::string("small")).set(employees, Value::integer(17));
  EXPECT_EQ(evaluated("p.size_class in [\"small\", \"micro\"]", small), "true");
  EXPECT_EQ(evaluated("p.size_class in [\"large\"]", small), "false");
  EXPECT_EQ(evaluated("p.size_class in []", small), "false");
  const std::string twenty = "[20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6]";
  EXPECT_EQ(evaluated("p.employees in " + twenty, small), "true");
  EXPECT_EQ(evaluated("p.employees + 10 in " + twenty, small), "false");
  EXPECT_EQ(evaluated("p.employees in [p.employees]", small), "true");
  const std::string reals = "[0.0 / 0.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.4, 0.3]";
  EXPECT_EQ(evaluated("0.3 in " + reals), "true");
  EXPECT_EQ(evaluated("0.0 / 0.0 in " + reals), "false");
}

TEST(Evaluate, RunsMacrosOverLists) {
  const Slots tagged = Slots().set_tags({"hnte", "tsme"});
  EXPECT_EQ(evaluated("p.tags.exists(t, t in [\"srdi\", \"tsme\"])", tagged), "true");
  EXPECT_EQ(evaluated("p.tags.exists(t, t == \"srdi\")", tagged), "false");
  EXPECT_EQ(evaluated("p.tags.all(t, t != \"srdi\")", tagged), "true");
  EXPECT_EQ(evaluated("\"hnte\" in p.tags && !(\"srdi\" in p.tags)", tagged), "true");
  EXPECT_EQ(evaluated("p.tags.filter(t, t.startsWith(\"h\")).size()", tagged), "1");
  EXPECT_EQ(evaluated("p.tags.map(t, t + \"!\")", tagged), "[\"hnte!\", \"tsme!\"]");
  EXPECT_EQ(evaluated("[1, 2, 3].map(x, x > 1, x * x)"), "[4, 9]");
  EXPECT_EQ(evaluated("[1, 2, 3].exists_one(x, x > 2)"), "true");
  EXPECT_EQ(evaluated("[[1], [2, 3]].all(l, l.exists(x, x > 0))"), "true");
  EXPECT_EQ(evaluated("[1, 2].map(x, [3, 4].map(y, x * y))"), "[[3, 4], [6, 8]]");
  EXPECT_EQ(evaluated("[].all(x, x == 1)"), "true");
  EXPECT_EQ(evaluated("p.tags.exists(t, t in [\"srdi\"])", Slots().set_tags({})), "false");
  EXPECT_EQ(evaluated("p.tags[1]", tagged), "\"tsme\"");
  EXPECT_EQ(evaluated("p.tags[2] == \"srdi\"", tagged), "error: the list has no such element");
  EXPECT_EQ(evaluated("[1] + [2, 3] == [1, 2, 3]"), "true");
}

TEST(Evaluate, WorksOnText) {
  EXPECT_EQ(evaluated("\"松江\".size()"), "2");
  EXPECT_EQ(evaluated("size(\"松江\") == 2 && \"abc\".contains(\"b\") && \"abc\".endsWith(\"c\")"), "true");
  EXPECT_EQ(evaluated("\"310117001\".matches(\"^310117[0-9]{3}$\")"), "true");
  EXPECT_EQ(evaluated("matches(\"abc\", \"^b\")"), "false");
  EXPECT_EQ(evaluated("'a' + \"b\" < \"ac\""), "true");
  EXPECT_EQ(evaluated(R"("\u677e\x41\101\n" == "松AA\n")"), "true");
  EXPECT_EQ(evaluated(R"(r"\d" == "\\d")"), "true");
  EXPECT_EQ(evaluated("\"\"\"a\"b\nc\"\"\""), "\"a\\\"b\\nc\"");
}

TEST(Evaluate, CountsCharactersInTheExtendedFunctionsOfText) {
  EXPECT_EQ(evaluated("\"松江区\".charAt(1) + \"松江区\".substring(2) + \"松江区\".substring(0, 1)"), "\"江区松\"");
  EXPECT_EQ(evaluated("\"松江区\".charAt(3)"), "\"\"");
  EXPECT_EQ(evaluated("\"松江区\".charAt(4)"), "error: the list has no such element");
  EXPECT_EQ(evaluated("\"松江区\".substring(2, 1)"), "error: the list has no such element");
  EXPECT_EQ(
      evaluated(
          "[\"松江松\".indexOf(\"松\", 1), \"松江松\".lastIndexOf(\"松\"), \"松江松\".lastIndexOf(\"松\", 1), \"松\".indexOf(\"江\")]"),
      "[2, 2, 0, -1]");
  EXPECT_EQ(evaluated("\"aaa\".lastIndexOf(\"aa\")"), "1");
  EXPECT_EQ(evaluated("\"a、b、c\".split(\"、\", 2)"), "[\"a\", \"b、c\"]");
  EXPECT_EQ(evaluated("\"松江\".split(\"\")"), "[\"松\", \"江\"]");
  EXPECT_EQ(evaluated("\"\".split(\"\")"), "[]");
  EXPECT_EQ(evaluated("\"松江\".replace(\"\", \"-\") + \"aXbX\".replace(\"X\", \"\", 1)"), "\"-松-江-abX\"");
  EXPECT_EQ(evaluated("[\"松\", \"江\"].join(\"、\") + [].join() + \" \\u3000ab \".trim().upperAscii()"), "\"松、江AB\"");
  EXPECT_EQ(evaluated("strings.quote(\"a\\\"\")"), R"("\"a\\\"\"")");
}

TEST(Evaluate, ConvertsBetweenTypesAndRefusesWhatDoesNotFit) {
  EXPECT_EQ(evaluated("int(3.99)"), "3");
  EXPECT_EQ(evaluated("int(-3.99)"), "-3");
  EXPECT_EQ(evaluated("int(1e19)"), "error: the result is out of range");
  EXPECT_EQ(evaluated("int(\"12\") + int(timestamp(\"1970-01-01T00:01:00Z\"))"), "72");
  EXPECT_EQ(evaluated("int(\"12a\")"), "error: the value cannot be converted");
  EXPECT_EQ(evaluated("double(\"0.5\") + double(1)"), "1.5");
  EXPECT_EQ(evaluated("string(12) + string(true) + string(0.5)"), "\"12true0.5\"");
  EXPECT_EQ(evaluated("string(timestamp(\"2024-12-31T00:00:00+08:00\"))"), "\"2024-12-30T16:00:00Z\"");
  EXPECT_EQ(evaluated("string(duration(\"-1.5s\"))"), "\"-1.5s\"");
}

TEST(Evaluate, KnowsTheCalendarOfAZone) {
  const std::string instant = "timestamp(\"2024-12-31T16:30:45.5Z\")";
  EXPECT_EQ(evaluated(instant + ".getFullYear()"), "2024");
  EXPECT_EQ(evaluated(instant + ".getFullYear(\"Asia/Shanghai\")"), "2025");
  EXPECT_EQ(evaluated(instant + ".getMonth(\"+08:00\")"), "0");
  EXPECT_EQ(evaluated(instant + ".getDate(\"Asia/Shanghai\")"), "1");
  EXPECT_EQ(evaluated(instant + ".getDayOfMonth()"), "30");
  EXPECT_EQ(evaluated(instant + ".getDayOfYear()"), "365");
  EXPECT_EQ(evaluated(instant + ".getDayOfWeek(\"Asia/Shanghai\")"), "3");
  EXPECT_EQ(evaluated(instant + ".getHours(\"-02:30\")"), "14");
  EXPECT_EQ(evaluated(instant + ".getMilliseconds()"), "500");
  EXPECT_EQ(evaluated("duration(\"-90m\").getHours()"), "-1");
}

TEST(Evaluate, ComputesWithTime) {
  EXPECT_EQ(evaluated("timestamp(\"2024-03-01T00:00:00Z\") - timestamp(\"2024-02-28T00:00:00Z\") == duration(\"48h\")"), "true");
  EXPECT_EQ(evaluated("timestamp(\"2024-02-28T00:00:00Z\") + duration(\"24h\") < timestamp(\"2024-03-01T00:00:00Z\")"), "true");
  EXPECT_EQ(evaluated("timestamp(\"9999-12-31T23:59:59Z\") + duration(\"1s\")"), "error: the result is out of range");
  EXPECT_EQ(evaluated("duration(\"1s\") - duration(\"1500ms\") == duration(\"-0.5s\")"), "true");
  EXPECT_EQ(evaluated("asof > timestamp(\"2023-01-01T00:00:00+08:00\")"), "true");
  EXPECT_EQ(evaluated("p.established <= timestamp(\"2024-01-01T00:00:00+08:00\")", Slots().set(established, Value::timestamp(1))), "true");
}

TEST(Evaluate, OffersTheBoundsThatBenefitFormulasNeed) {
  const Slots staff = Slots().set(employees, Value::integer(7000)).set(ratio, Value::real(0.25));
  EXPECT_EQ(evaluated("math.least(600 * p.employees, 3000000)", staff), "3000000");
  EXPECT_EQ(evaluated("math.least(double(p.employees) * p.ratio, 500)", staff), "500.0");
  EXPECT_EQ(evaluated("math.greatest(1, 3, 2)"), "3");
  EXPECT_EQ(evaluated("math.greatest([0.5, 1.5])"), "1.5");
  EXPECT_EQ(evaluated("math.floor(2.5) + math.ceil(2.5) + math.round(2.5) + math.abs(-1.0)"), "9.0");
}

TEST(Evaluate, StopsWorkThatGrowsBeyondItsLimit) {
  std::string list = "[0";
  for (int i = 1; i < 200; ++i) list += "," + std::to_string(i);
  list += "]";
  EXPECT_EQ(evaluated(list + ".all(a, " + list + ".all(b, " + list + ".all(c, a + b + c >= 0)))"),
            "error: the evaluation takes too many steps");
  std::string text = "\"0123456789\"";
  for (int i = 0; i < 9; ++i)
    text = "[" + text + "].map(s" + std::to_string(i % 2) + ", s" + std::to_string(i % 2) + " + s" + std::to_string(i % 2) + ")[0]";
  EXPECT_EQ(evaluated(text + ".size()"), "5120");
}

TEST(Evaluate, TreatsASlotBeyondTheGivenOnesAsMissing) {
  Arena arena;
  EXPECT_TRUE(compile("p.employees > 3").evaluate({}, {}, arena).is_missing());
}

}  // namespace
}  // namespace zhida::cel::test
