// What no text may do, whoever writes it: each limit is a sentence, or an error value, and comes soon.

#include "cel/limits.hpp"

#include "cel/support.hpp"

#include <chrono>

namespace zhida::cel::test {
namespace {

Diagnostic refusal(const std::string& text) {
  const auto found = mistakes(text);
  return found.empty() ? Diagnostic{} : found[0];
}

void expect_refused(const std::string& text, Problem problem, const std::string& word) {
  const Diagnostic d = refusal(text);
  EXPECT_EQ(d.problem, problem) << d.message_en;
  EXPECT_NE(d.message_en.find(word), std::string::npos) << d.message_en;
  EXPECT_FALSE(d.message_zh.empty());
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

std::string list_of(std::size_t count, const std::string& element = "1") {
  return "[" + element + repeated("," + element, count - 1) + "]";
}

/// The value of a text over the empty profile, and that it came within a second.
std::string soon(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  std::string value = evaluated(text);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << text.substr(0, 100);
  return value;
}

const std::string too_much_work = "error: the evaluation takes too many steps",
                  too_much_memory = "error: the evaluation takes too much memory";

TEST(Limits, OfTheTextAreSentencesThatNameThem) {
  expect_refused(repeated(" ", most_text_bytes) + "true", Problem::too_long, "longer than 65536 bytes");
  expect_refused(repeated("(", 200) + "1" + repeated(")", 200), Problem::too_long, "nested deeper than 100");
  expect_refused(repeated("[1].size() + ", 300) + "1", Problem::too_long, "nested deeper than 100");
  expect_refused("true" + repeated(" || 1 == 2", 4'000), Problem::too_long, "more than 10000 operations");
  expect_refused("1 in " + list_of(most_list_elements + 1), Problem::too_long, "more than 2000 elements");
  EXPECT_TRUE(check("1 in " + list_of(most_list_elements), environment()));
  std::string nested = "true";
  for (std::size_t i = 0; i <= most_nested_macros; ++i) nested = "[1].all(x, " + nested + ")";
  expect_refused(nested, Problem::too_long, "macros nested deeper than 8");
}

TEST(Limits, OfPatternsAreTheirLengthCostAndNumber) {
  expect_refused("p.size_class.matches(\"" + repeated("a", most_pattern_bytes + 1) + "\")", Problem::unknown_literal,
                 "longer than 500 bytes");
  expect_refused("p.size_class.matches(\"(((a{10}){10}){10}){10}\")", Problem::unknown_literal, "too costly");
  expect_refused("p.size_class.matches(\"(x+x+){900}y\")", Problem::unknown_literal, "too costly");
  EXPECT_TRUE(check("p.size_class.matches(\"^(x+x+)+y$\")", environment())) << "time is linear whatever the nesting";
  expect_refused("true" + repeated(" && p.size_class.matches(\"a\")", most_patterns + 1), Problem::too_long, "more than 100 patterns");
  EXPECT_EQ(soon("[1].all(x, (\"" + repeated("x", 60'000) + "\" + string(x)).matches(\"^(x+x+)+y$\"))"), "false");
}

TEST(Limits, OfWorkCountWhatTheBodiesOfMacrosDo) {
  const std::string list = list_of(1'000);
  EXPECT_EQ(soon(list + ".all(a, " + list + ".all(b, a + b == 2))"), too_much_work);
  EXPECT_EQ(soon(list_of(300) + ".all(a, " + list_of(300) + ".all(b, a + b == 2))"), "true");
  // Elements are compared one by one, even where lists of lists share them.
  const std::string shared = "[" + list + "].map(a, " + list_of(1'000, "a") + ").map(b, " + list_of(1'000, "b") + ")";
  EXPECT_EQ(soon(shared + ".all(c, c == c)"), too_much_work);
  EXPECT_EQ(soon(shared + ".all(c, c in [c])"), too_much_work);
}

TEST(Limits, OfWorkCountLongTexts) {
  // A text of 2^18 letters, compared with itself again and again.
  std::string text = "[\"" + repeated("a", 8'192) + "\"]";
  for (int i = 0; i < 5; ++i) text += ".map(s, s + s)";
  const std::string again = list_of(1'000);
  EXPECT_EQ(soon(text + ".all(s, " + again + ".all(i, s == s))"), too_much_work);
  EXPECT_EQ(soon(text + ".all(s, " + again + ".all(i, s.size() > i))"), too_much_work);
}

TEST(Limits, OfMemoryEndTextsAndListsThatGrow) {
  std::string text = "[\"0123456789\"]", list = "[[1]]";
  for (int i = 0; i < 18; ++i) {
    text += ".map(s, s + s)";
    list += ".map(s, s + s)";
  }
  EXPECT_EQ(soon(text + "[0].size()"), too_much_memory);
  EXPECT_EQ(soon(list + "[0].size()"), too_much_memory);
  EXPECT_EQ(soon("[0].map(x, " + list_of(1'900) + " + " + list_of(1'900) +
                 ").map(l, l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l)"),
            too_much_memory);
}

TEST(Limits, HoldForFindingAPartOfATextMadeToHurt) {
  Environment environment{Registry()};
  environment.add_variable({"text", string_type, 0});
  environment.add_variable({"part", string_type, 1});
  const std::string text = repeated("a", 4'000'000), part = repeated("a", 1'000'000) + "b" + repeated("a", 1'000'000);
  const Value values[] = {Value::string(text), Value::string(part)};
  for (const char* const rule : {"!text.contains(part)", "text.indexOf(part) == -1", "text.lastIndexOf(part) == -1",
                                 "text.split(part).size() == 1", "text.lastIndexOf(\"aaaaaaaaaaaaaaab\") == -1"}) {
    const Checked checked = check(rule, environment);
    ASSERT_TRUE(checked) << rule;
    Arena arena;
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(checked.program->evaluate(values, {}, arena).is_true()) << rule;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << rule;
  }
}

TEST(Limits, HoldForTheCheckerWhereEmptyListsMakeItLookAgain) {
  std::string text = "true";
  const std::string names = "abcdefgh";
  for (const char name : names) text = "[].all(" + std::string(1, name) + ", " + std::string(1, name) + " > 0 && " + text + ")";
  const auto start = std::chrono::steady_clock::now();
  (void)check(text, environment());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace zhida::cel::test
