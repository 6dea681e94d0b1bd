#pragma once

#include "cel/ast.hpp"
#include "cel/lexer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace zhida::cel {

/// One walk of the parser over the tokens of a text, by recursive descent: parser.cpp has what joins operands, parse_operands.cpp the
/// operands.
class Parsing {
 public:
  Parsing(std::string_view text, std::vector<Token> tokens, Diagnostics& diagnostics)
      : text_(text), tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

  std::optional<Ast> run();

 private:
  const Token& token() const { return tokens_[at_]; }
  bool at(TokenKind kind) const { return token().kind == kind; }
  bool accept(TokenKind kind) {
    if (!at(kind)) return false;
    ++at_;
    return true;
  }
  void expect(TokenKind kind, const char* en, const char* zh) {
    if (!accept(kind)) unexpected(en, zh);
  }
  std::uint32_t last_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].span.end; }
  std::string_view source(Span span) const { return text_.substr(span.begin, span.end - span.begin); }

  /// Reports the first mistake and runs to the end, where every caller stops by itself.
  NodeId fail(Span where, Problem problem, std::string en, std::string zh, std::string suggestion = {});
  NodeId unexpected(const char* en, const char* zh);
  NodeId make(NodeKind kind, std::uint32_t begin, std::span<const NodeId> children, std::string_view name = {}, bool member = false);
  NodeId literal(Value value, Span span);
  NodeId too_deep(Span where);
  NodeId expression();
  NodeId conditional();
  NodeId logical_or();
  NodeId logical_and();
  template <class Operand>
  NodeId chain(TokenKind separator, NodeKind kind, Operand operand);
  NodeId relation();
  NodeId sum();
  NodeId product();
  template <class KindOf, class Operand>
  NodeId left_associative(KindOf kind_of, Operand operand);
  NodeId unary();

  NodeId postfix();
  NodeId select(std::uint32_t begin, NodeId operand, Span name);
  NodeId member_call(std::uint32_t begin, NodeId target, Span name_span);
  NodeId macro(NodeKind kind, std::uint32_t begin, NodeId target, const std::vector<NodeId>& arguments);
  std::vector<NodeId> arguments(TokenKind close, const char* en, const char* zh);
  NodeId primary();
  NodeId positive();
  /// `unary` leaves a minus here only before a number.
  NodeId negative();
  NodeId name(Span span);

  std::string_view text_;
  std::vector<Token> tokens_;
  Diagnostics& diagnostics_;
  Ast ast_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool failed_ = false;
};

}  // namespace zhida::cel
