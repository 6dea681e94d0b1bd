// libFuzzer target: for any bytes the parser, the checker, the evaluator, the printer, the normal form, the JSON form and the reference
// evaluator agree, or refuse. ./test full runs it for a while; by hand: build/clang/tests/cel_fuzz -max_total_time=600 build/fuzz/corpus

#include "cel/normalise.hpp"
#include "cel/parser.hpp"
#include "cel/print.hpp"
#include "cel/random_trees.hpp"
#include "cel/reference_evaluator.hpp"
#include "cel/tree_json.hpp"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace zhida::cel;
using namespace zhida::cel::test;

void require(bool holds, const char* what, const std::string& text) {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", what, text.c_str());
  std::abort();
}

std::optional<Ast> parsed(const std::string& text) {
  Diagnostics diagnostics(text);
  return parse(text, diagnostics);
}

void printed_text_parses_again(const std::string& text) {
  const auto ast = parsed(text);
  if (!ast) return;
  const std::string again = print(*ast);
  const auto second = parsed(again);
  // Parentheses and escapes may make the printed text longer than a text may be.
  if (!second) return require(again.size() > text.size(), "what was printed does not parse", text + "\n" + again);
  require(same_tree(*ast, ast->root(), *second, second->root()), "printed as another tree", text + "\n" + again);
}

void evaluators_agree(const Program& program, const std::string& text, std::uint64_t seed) {
  const Value asof = Value::timestamp(1'732'896'000);
  std::optional<Program> normal;
  if (program.type().is(Kind::boolean)) {
    const Normalised tree = normalise(program.ast());
    const std::string json = to_json(tree.ast);
    const TreeFromJson read = tree_from_json(json);
    require(read.ast && same_tree(*read.ast, read.ast->root(), tree.ast, tree.ast.root()), "another tree came back from JSON",
            json + read.error);
    normal.emplace(normalise(program.ast()).ast);
  }
  RandomTrees profiles(seed, true);
  for (int i = 0; i < 3; ++i) {
    const RandomSlots slots = profiles.slots();
    const auto expected = evaluate_reference(program.ast(), slots.values, asof);
    Arena arena;
    const Reference value = reference_of(program.evaluate(slots.values, asof, arena));
    if (!expected) continue;
    require(same(value, *expected), "the evaluators disagree", text + "\n" + to_string(value) + " / " + to_string(*expected));
    if (normal) require(same(reference_of(normal->evaluate(slots.values, asof, arena)), *expected), "the normal form disagrees", text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (const TreeFromJson read = tree_from_json(text); read.ast) {
    const std::string printed = print(*read.ast);
    // Not the trees: `a.f(x)` may be a function of a family in the one, and is a member's call in the other until it is checked.
    const auto again = parsed(printed);
    if (again) require(print(*again) == printed, "JSON printed as another tree", printed);
  }
  printed_text_parses_again(text);
  const Checked checked = check(text, plain_environment());
  require(static_cast<bool>(checked) == checked.diagnostics.empty(), "refused without a reason, or accepted with one", text);
  for (const Diagnostic& d : checked.diagnostics)
    require(d.offset <= text.size() && d.line >= 1 && d.column >= 1 && !d.message_zh.empty(), "a mistake without a place", text);
  if (checked) evaluators_agree(*checked.program, text, data[0]);
  return 0;
}
