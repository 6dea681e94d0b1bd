#pragma once

#include "cel/arena.hpp"
#include "cel/ast.hpp"
#include "cel/diagnostic.hpp"
#include "cel/environment.hpp"
#include "cel/value.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace zhida::cel {

struct Code;

/// A checked text, ready to evaluate. Immutable and cheap to copy; usable from several threads at once, each with its own arena.
class Program {
 public:
  /// From a tree that passed the checker.
  explicit Program(Ast checked);

  const Ast& ast() const;
  Type type() const { return ast()[ast().root()].type; }

  /// The slots it may read, ascending.
  std::span<const std::uint32_t> slots() const;

  /// The value of the text. `slots[i]` is the value of the field at slot i; a slot beyond the end counts as missing.
  /// `asof` is the instant. Text and lists of the result live as long as the slots, the arena and the program do. Never throws for any
  /// input: failures are `Kind::error`, what hangs on a missing field is `Kind::missing`.
  /// `&&`, `||`, all and exists absorb both (and prefer missing to an error); every other operation hands an error on before a missing
  /// value.
  Value evaluate(std::span<const Value> slots, Value asof, Arena& arena) const;

  /// The value of one node, which must not lie inside a macro's body.
  Value evaluate_at(NodeId node, std::span<const Value> slots, Value asof, Arena& arena) const;

 private:
  std::shared_ptr<const Code> code_;
};

/// A program, or what is wrong with the text.
struct Checked {
  std::optional<Program> program;
  std::vector<Diagnostic> diagnostics;  ///< empty exactly when there is a program
  explicit operator bool() const { return program.has_value(); }
};

/// Parses and checks `text`. With `expected`, another result type is a mistake.
/// Limits: 64 KiB of text, nesting 100, 10,000 nodes, 2,000 list elements, patterns of 500 bytes.
Checked check(std::string_view text, const Environment& environment, std::optional<Type> expected = std::nullopt);

}  // namespace zhida::cel
