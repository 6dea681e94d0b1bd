#include "cel/program.hpp"

#include "cel/checker.hpp"
#include "cel/code.hpp"
#include "cel/parser.hpp"

namespace zhida::cel {

Program::Program(Ast checked) : code_(lower(std::move(checked))) {}

const Ast& Program::ast() const { return code_->ast; }

std::span<const std::uint32_t> Program::slots() const { return code_->slots; }

Value Program::evaluate(std::span<const Value> slots, Value asof, Arena& arena) const {
  return cel::evaluate(*code_, code_->root, slots, asof, arena);
}

Value Program::evaluate_at(NodeId node, std::span<const Value> slots, Value asof, Arena& arena) const {
  return cel::evaluate(*code_, code_->instruction_of[node], slots, asof, arena);
}

Checked check(std::string_view text, const Environment& environment, std::optional<Type> expected) {
  Checked result;
  Diagnostics diagnostics(text);
  std::optional<Ast> ast = parse(text, diagnostics);
  if (ast && resolve(*ast, environment, expected, diagnostics)) {
    result.program.emplace(std::move(*ast));
  } else {
    result.diagnostics = diagnostics.take();
  }
  return result;
}

}  // namespace zhida::cel
