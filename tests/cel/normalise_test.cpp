#include "cel/normalise.hpp"

#include "cel/parser.hpp"
#include "cel/support.hpp"

#include <rapidcheck.h>

namespace zhida::cel::test {
namespace {

std::string normalised(std::string_view text) { return print(normalise(compile(text).ast()).ast); }

TEST(Normalise, PushesNegationToTheLeaves) {
  EXPECT_EQ(normalised("!(p.active && p.employees < 3)"), "!p.active || p.employees >= 3");
  EXPECT_EQ(normalised("!(!p.active || !(p.employees == 3))"), "p.active && p.employees == 3");
  EXPECT_EQ(normalised("!(p.size_class in [\"small\"])"), "!(p.size_class in [\"small\"])");
  EXPECT_EQ(normalised("!!has(p.active)"), "has(p.active)");
  EXPECT_EQ(normalised("!true || p.active"), "false || p.active");
  EXPECT_EQ(normalised("!(p.ratio < 0.5)"), "p.ratio >= 0.5");
}

TEST(Normalise, KeepsANegatedOrderWhereAComputedDoubleCouldBeNaN) {
  EXPECT_EQ(normalised("!(p.ratio / 0.0 < 0.5)"), "!(p.ratio / 0.0 < 0.5)");
  EXPECT_EQ(evaluated(normalised("!(0.0 / 0.0 < 0.5)")), "true");
}

TEST(Normalise, FlattensChains) {
  const Normalised normal = normalise(compile("p.active && (p.employees > 1 && !(p.revenue > 2 || p.active)) && true").ast());
  EXPECT_EQ(print(normal.ast), "p.active && p.employees > 1 && p.revenue <= 2 && !p.active && true");
  EXPECT_EQ(normal.leaves.size(), 5U);
  EXPECT_EQ(normal.ast.children(normal.ast.root()).size(), 5U);
}

/// A random boolean text over the fields of the test environment, written out by hand and valued by Kleene's tables, not by the evaluator.
struct Sample {
  std::string text;
  int value;  ///< 0 false, 1 missing, 2 true: && is the minimum, || the maximum, ! is 2 - x
};

Sample sample(int depth, const Slots& slots) {
  const auto leaf = [&](const std::string& text, const Value& value, auto test) {
    return Sample{text, value.is_missing() ? 1 : (test(value) ? 2 : 0)};
  };
  const int kind = *rc::gen::inRange(0, depth > 0 ? 8 : 5);
  if (kind == 0) {
    const int limit = *rc::gen::inRange(-3, 4);
    const Value& value = slots.values[employees];
    const std::string number = std::to_string(limit);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return leaf("p.employees < " + number, value, [&](const Value& v) { return v.as_integer() < limit; });
      case 1:
        return leaf("p.employees >= " + number, value, [&](const Value& v) { return v.as_integer() >= limit; });
      case 2:
        return leaf(number + " != p.employees", value, [&](const Value& v) { return v.as_integer() != limit; });
      default:
        return leaf("p.employees + 1 > " + number, value, [&](const Value& v) { return v.as_integer() + 1 > limit; });
    }
  }
  if (kind == 1) return leaf("p.active", slots.values[active], [](const Value& v) { return v.as_boolean(); });
  if (kind == 2)
    return leaf("p.size_class in [\"small\", \"micro\"]", slots.values[size_class],
                [](const Value& v) { return v.as_string() == "small" || v.as_string() == "micro"; });
  if (kind == 3) return {"has(p.active)", slots.values[active].is_missing() ? 0 : 2};
  if (kind == 4) return leaf("p.ratio <= 0.5", slots.values[ratio], [](const Value& v) { return v.as_real() <= 0.5; });
  if (kind == 5) {
    const Sample inner = sample(depth - 1, slots);
    return {"!(" + inner.text + ")", 2 - inner.value};
  }
  const bool conjunction = kind == 6;
  Sample result{"", conjunction ? 2 : 0};
  const int count = *rc::gen::inRange(2, 4);
  for (int i = 0; i < count; ++i) {
    const Sample next = sample(depth - 1, slots);
    result.text += (i > 0 ? (conjunction ? " && " : " || ") : "") + std::string("(") + next.text + ")";
    result.value = conjunction ? std::min(result.value, next.value) : std::max(result.value, next.value);
  }
  return result;
}

Slots random_slots() {
  Slots slots;
  if (*rc::gen::inRange(0, 3) > 0) slots.set(employees, Value::integer(*rc::gen::inRange(-3, 4)));
  if (*rc::gen::inRange(0, 3) > 0) slots.set(active, Value::boolean(*rc::gen::arbitrary<bool>()));
  if (*rc::gen::inRange(0, 3) > 0) slots.set(size_class, Value::string(*rc::gen::element("small", "micro", "large")));
  if (*rc::gen::inRange(0, 3) > 0) slots.set(ratio, Value::real(*rc::gen::element(0.0, 0.5, 1.0)));
  return slots;
}

int rank(const Value& value) { return value.is_missing() ? 1 : (value.is_true() ? 2 : 0); }

TEST(Normalise, AgreesWithKleenesTablesBeforeAndAfter) {
  EXPECT_TRUE(rc::check([] {
    const Slots slots = random_slots();
    const Sample made = sample(4, slots);
    Arena arena;
    const Program program = compile(made.text);
    RC_ASSERT(rank(program.evaluate(slots.values, {}, arena)) == made.value);
    const Normalised normal = normalise(program.ast());
    const std::string text = print(normal.ast);
    RC_ASSERT(rank(compile(text).evaluate(slots.values, {}, arena)) == made.value);
  }));
}

TEST(Normalise, PrintsWhatParsesAgainToTheSameTree) {
  EXPECT_TRUE(rc::check([] {
    const Program program = compile(sample(4, {}).text);
    const Normalised normal = normalise(program.ast());
    const Program again = compile(print(normal.ast));
    RC_ASSERT(same_tree(again.ast(), again.ast().root(), normal.ast, normal.ast.root()));
    const Normalised twice = normalise(again.ast());
    RC_ASSERT(same_tree(twice.ast, twice.ast.root(), normal.ast, normal.ast.root()));
  }));
}

/// Any text of the grammar, whether or not its types fit.
std::string random_text(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 16 : 5);
  const auto inner = [&] { return "(" + random_text(depth - 1) + ")"; };
  switch (kind) {
    case 0:
      return std::to_string(*rc::gen::arbitrary<std::int64_t>());
    case 1:
      return *rc::gen::element<std::string>("0.1", "-2.5", "1e300", "3.0", "-0.0", "1e-7");
    case 2:
      return *rc::gen::element<std::string>("x", "p.y", "true", "[]");
    case 3:
      return *rc::gen::element<std::string>(R"("a\"b\\")", "'松\\n'", R"(r"\d")", "\"\\x01\"");
    case 4:
      return "has(p.z)";
    case 5:
      return "-" + inner();
    case 6:
      return "!" + inner();
    case 7:
      return inner() + " && " + inner() + " && " + inner();
    case 8:
      return inner() + " || " + inner();
    case 9:
      return inner() + *rc::gen::element<std::string>(" == ", " < ", " in ", " >= ", " != ") + inner();
    case 10:
      return inner() + *rc::gen::element<std::string>(" + ", " - ", " * ", " / ", " % ") + inner();
    case 11:
      return inner() + " ? " + inner() + " : " + inner();
    case 12:
      return inner() + "[" + random_text(depth - 1) + "]";
    case 13:
      return "f(" + random_text(depth - 1) + ", " + random_text(depth - 1) + ")";
    case 14:
      return inner() + ".g(" + random_text(depth - 1) + ")";
    default:
      return inner() + *rc::gen::element<std::string>(".all(v, ", ".exists(v, ", ".map(v, v, ", ".filter(v, ") + random_text(depth - 1) +
             ")";
  }
}

TEST(Print, GivesTextThatParsesAgainToTheSameTree) {
  EXPECT_TRUE(rc::check([] {
    const std::string text = random_text(4);
    Diagnostics diagnostics(text);
    const auto first = parse(text, diagnostics);
    RC_ASSERT(first.has_value());
    const std::string printed = print(*first);
    Diagnostics none(printed);
    const auto second = parse(printed, none);
    if (!second) RC_FAIL("does not parse: " + printed);
    if (!same_tree(*first, first->root(), *second, second->root())) RC_FAIL(text + "\nbecame\n" + printed);
    RC_ASSERT(print(*second) == printed);
  }));
}

TEST(Check, TakesAnyBytesWithoutHarm) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    const Checked checked = check(bytes, environment());
    RC_ASSERT(static_cast<bool>(checked) == checked.diagnostics.empty());
  }));
}

}  // namespace
}  // namespace zhida::cel::test
