// No conformance test covers what is missing: these do, by tables, by laws, and against an evaluator written apart.

#include "cel/normalise.hpp"
#include "cel/random_trees.hpp"
#include "cel/reference_evaluator.hpp"
#include "cel/support.hpp"

#include <rapidcheck.h>

#include <array>

namespace zhida::cel::test {
namespace {

Program compiled(const std::string& text) {
  Checked checked = check(text, plain_environment());
  if (!checked) throw std::runtime_error(text + "\n" + told(checked.diagnostics));
  return *checked.program;
}

const Value asof = Value::timestamp(1'732'896'000);

/// The state and value of a text, copied out of the evaluation.
Reference outcome(const std::string& text, const RandomSlots& slots) {
  Arena arena;
  return reference_of(compiled(text).evaluate(slots.values, asof, arena));
}

/// Two texts that must always give the same, failures included.
void expect_same(const std::string& left, const std::string& right, const RandomSlots& slots) {
  const Reference a = outcome(left, slots), b = outcome(right, slots);
  if (!same(a, b)) RC_FAIL(left + "\ngives " + to_string(a) + ", but\n" + right + "\ngives " + to_string(b));
}

struct Three {
  std::string a, b, c;
  RandomSlots slots;
};

Three three(bool failures, int depth = 3) {
  RandomTrees trees(*rc::gen::arbitrary<std::uint64_t>(), failures);
  const auto one = [&] { return "(" + trees.text(boolean_type, depth) + ")"; };
  return {one(), one(), one(), trees.slots()};
}

/// What each operator makes of true, false, missing (u) and error (e): rows by the left operand, columns by the right one.
TEST(Kleene, AndOrFollowTheTablesOfEvalProto) {
  const std::array<std::string, 4> states{"true", "false", "p.b0", "1 / 0 == 1"};
  const std::array<std::string, 4> conjunction{"tfue", "ffff", "ufuu", "efue"}, disjunction{"tttt", "tfue", "tuuu", "teue"};
  RandomSlots slots;
  const auto letter = [&](const std::string& text) {
    const Reference value = outcome(text, slots);
    return value.missing() ? 'u' : (value.failed() ? 'e' : (std::get<bool>(value.content) ? 't' : 'f'));
  };
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      EXPECT_EQ(letter(states[i] + " && " + states[j]), conjunction[i][j]) << states[i] << " && " << states[j];
      EXPECT_EQ(letter(states[i] + " || " + states[j]), disjunction[i][j]) << states[i] << " || " << states[j];
      // Elsewhere a failure comes before what is missing.
      const bool failed = i == 3 || j == 3, unknown = i == 2 || j == 2;
      EXPECT_EQ(letter("(" + states[i] + ") == (" + states[j] + ")"), failed ? 'e' : (unknown ? 'u' : (i == j ? 't' : 'f')));
      EXPECT_EQ(letter("[" + states[i] + ", " + states[j] + "].size() == 2"), failed ? 'e' : (unknown ? 'u' : 't'));
      // Of a conditional only the chosen branch counts, and none where the condition does not choose.
      const char chosen = i == 0 ? "tfue"[j] : (i == 1 ? 't' : "tfue"[i]);
      EXPECT_EQ(letter("(" + states[i] + ") ? (" + states[j] + ") : true"), chosen);
    }
}

TEST(Kleene, LawsOfAndAndOrHoldForWhateverIsMissingOrFails) {
  EXPECT_TRUE(rc::check([] {
    const auto [a, b, c, slots] = three(true);
    for (const std::string op : {" && ", " || "}) {
      const std::string dual = op == " && " ? " || " : " && ";
      expect_same(a + op + b, b + op + a, slots);
      expect_same("(" + a + op + b + ")" + op + c, a + op + "(" + b + op + c + ")", slots);
      expect_same(a + op + a, a, slots);
      expect_same("!(" + a + op + b + ")", "!" + a + dual + "!" + b, slots);
      expect_same(a + op + (op == " && " ? "true" : "false"), a, slots);
      expect_same(a + op + (op == " && " ? "false" : "true"), op == " && " ? "false" : "true", slots);
    }
    expect_same("!!" + a, a, slots);
  }));
}

TEST(Kleene, AbsorptionAndDistributionHoldWhereNothingFails) {
  EXPECT_TRUE(rc::check([] {
    const auto [a, b, c, slots] = three(false);
    expect_same(a + " && (" + a + " || " + b + ")", a, slots);
    expect_same(a + " || (" + a + " && " + b + ")", a, slots);
    expect_same(a + " && (" + b + " || " + c + ")", "(" + a + " && " + b + ") || (" + a + " && " + c + ")", slots);
    expect_same(a + " || (" + b + " && " + c + ")", "(" + a + " || " + b + ") && (" + a + " || " + c + ")", slots);
  }));
}

TEST(Kleene, ConditionalsTakeOneBranchAndHandOnWhatTheirConditionLacks) {
  EXPECT_TRUE(rc::check([] {
    const auto [a, b, c, slots] = three(true);
    expect_same("true ? " + a + " : " + b, a, slots);
    expect_same("false ? " + a + " : " + b, b, slots);
    expect_same("!" + c + " ? " + a + " : " + b, c + " ? " + b + " : " + a, slots);
    const Reference condition = outcome(c, slots);
    if (!condition.known()) RC_ASSERT(same(outcome(c + " ? " + a + " : " + b, slots), condition));
    if (condition.known()) expect_same(c + " ? " + a + " : " + a, a, slots);
  }));
}

TEST(Kleene, MacrosAreChainsOverTheElementsAndHandOnAMissingList) {
  EXPECT_TRUE(rc::check([] {
    RandomTrees trees(*rc::gen::arbitrary<std::uint64_t>(), true);
    const std::string x = "(" + trees.text(integer_type, 2) + ")", y = "(" + trees.text(integer_type, 2) + ")";
    const std::string limit = "(" + trees.text(integer_type, 2) + ")";
    const RandomSlots slots = trees.slots();
    const auto holds = [&](const std::string& element) { return "(" + element + " > " + limit + ")"; };
    const std::string list = "[" + x + ", " + y + "]";
    const Reference elements = outcome(list, slots);
    if (elements.known()) {
      expect_same(list + ".all(e, e > " + limit + ")", holds(x) + " && " + holds(y), slots);
      expect_same(list + ".exists(e, e > " + limit + ")", holds(x) + " || " + holds(y), slots);
      expect_same("!" + list + ".all(e, e > " + limit + ")", list + ".exists(e, !(e > " + limit + "))", slots);
      expect_same(list + ".exists_one(e, e > " + limit + ")", list + ".filter(e, e > " + limit + ").size() == 1", slots);
      expect_same(list + ".map(e, e > " + limit + ", e)", list + ".filter(e, e > " + limit + ")", slots);
    } else {
      for (const char* const macro : {"all", "exists", "exists_one", "filter", "map"})
        RC_ASSERT(same(outcome(list + "." + macro + "(e, e > " + limit + ")", slots), elements));
    }
    expect_same("[].all(e, e > " + limit + ")", "true", slots);
    expect_same("[].exists(e, e > " + limit + ")", "false", slots);
  }));
}

TEST(Evaluator, AgreesWithTheReferenceOnRandomTrees) {
  std::size_t compared = 0, missing = 0, failed = 0;
  EXPECT_TRUE(rc::check([&] {
    RandomTrees trees(*rc::gen::arbitrary<std::uint64_t>(), true);
    for (int i = 0; i < 100; ++i) {
      static const std::array types{boolean_type, boolean_type,   boolean_type,  integer_type,    real_type,
                                    string_type,  timestamp_type, duration_type, string_list_type};
      const std::string text = trees.text(types[static_cast<std::size_t>(i) % types.size()], 5);
      const Program program = compiled(text);
      for (int profile = 0; profile < 3; ++profile) {
        const RandomSlots slots = trees.slots();
        Arena arena;
        const Reference value = reference_of(program.evaluate(slots.values, asof, arena));
        const auto expected = evaluate_reference(program.ast(), slots.values, asof);
        if (!expected) continue;
        ++compared;
        missing += expected->missing();
        failed += expected->failed();
        if (!same(value, *expected)) RC_FAIL(text + "\ngives " + to_string(value) + ", the reference " + to_string(*expected));
      }
    }
  }));
  EXPECT_GT(compared, 10'000U);
  EXPECT_GT(missing, compared / 10) << "the profiles must lack something that matters";
  EXPECT_GT(failed, compared / 20);
}

TEST(Normalise, KeepsEveryOutcomeOfRandomTrees) {
  EXPECT_TRUE(rc::check([] {
    RandomTrees trees(*rc::gen::arbitrary<std::uint64_t>(), true);
    const std::string text = trees.text(boolean_type, 5);
    const Program program = compiled(text);
    const Program normal(normalise(program.ast()).ast);
    for (int profile = 0; profile < 5; ++profile) {
      const RandomSlots slots = trees.slots();
      Arena arena;
      const Reference before = reference_of(program.evaluate(slots.values, asof, arena));
      const Reference after = reference_of(normal.evaluate(slots.values, asof, arena));
      if (!same(before, after)) RC_FAIL(text + "\ngives " + to_string(before) + ", normalised " + to_string(after));
    }
  }));
}

}  // namespace
}  // namespace zhida::cel::test
