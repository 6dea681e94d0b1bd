#pragma once

#include "cel/ast.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace zhida::cel::test {

__extension__ using Wide = __int128;  ///< wide enough for every sum and product of 64-bit numbers

struct Missing {
  bool operator==(const Missing&) const = default;
};
struct Failed {
  bool operator==(const Failed&) const = default;
};
struct Instant {
  Wide nanos = 0;
  auto operator<=>(const Instant&) const = default;
};
struct Span128 {
  Wide nanos = 0;
  auto operator<=>(const Span128&) const = default;
};

/// A value as the reference evaluator has it: it owns everything, and knows only that something failed, not why.
struct Reference;
using ReferenceList = std::vector<Reference>;
struct Reference {
  std::variant<Missing, Failed, bool, std::int64_t, double, std::string, Instant, Span128, ReferenceList> content;

  bool missing() const { return std::holds_alternative<Missing>(content); }
  bool failed() const { return std::holds_alternative<Failed>(content); }
  bool known() const { return !missing() && !failed(); }
};

Reference reference_of(const Value& value);

/// Same state, and the same value when it is known; NaN is the same as NaN.
bool same(const Reference& a, const Reference& b);

std::string to_string(const Reference& value);

/// The value of a checked tree by the plainest recursion over it: no lowering, no folding, no short cuts; every operand is evaluated, then
/// the table of the operator is asked. Written from the language definition and from eval.proto, sharing nothing with the evaluator but the
/// tree. Nothing when the tree calls a function that it does not know, or takes more than `most_steps`.
std::optional<Reference> evaluate_reference(const Ast& ast, std::span<const Value> slots, const Value& instant,
                                            std::size_t most_steps = 20'000);

}  // namespace zhida::cel::test
