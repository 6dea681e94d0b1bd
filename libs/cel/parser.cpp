#include "cel/parser.hpp"

#include "cel/limits.hpp"
#include "cel/parsing.hpp"
#include "cel/utf8.hpp"

namespace zhida::cel {
namespace {

std::optional<NodeKind> relation_kind(TokenKind token) {
  switch (token) {
    case TokenKind::equal:
      return NodeKind::equal;
    case TokenKind::not_equal:
      return NodeKind::not_equal;
    case TokenKind::less:
      return NodeKind::less;
    case TokenKind::less_equal:
      return NodeKind::less_equal;
    case TokenKind::greater:
      return NodeKind::greater;
    case TokenKind::greater_equal:
      return NodeKind::greater_equal;
    case TokenKind::in_word:
      return NodeKind::in;
    default:
      return std::nullopt;
  }
}

std::optional<NodeKind> sum_kind(TokenKind token) {
  if (token == TokenKind::plus) return NodeKind::add;
  if (token == TokenKind::minus) return NodeKind::subtract;
  return std::nullopt;
}

std::optional<NodeKind> product_kind(TokenKind token) {
  if (token == TokenKind::star) return NodeKind::multiply;
  if (token == TokenKind::slash) return NodeKind::divide;
  if (token == TokenKind::percent) return NodeKind::remainder;
  return std::nullopt;
}

}  // namespace

std::optional<Ast> Parsing::run() {
  const NodeId root = expression();
  if (!failed_ && !at(TokenKind::end)) unexpected("an operator or the end", "运算符或结尾");
  if (failed_) return std::nullopt;
  ast_.set_root(root);
  return std::move(ast_);
}

NodeId Parsing::fail(Span where, Problem problem, std::string en, std::string zh, std::string suggestion) {
  if (!failed_) diagnostics_.add(where, problem, std::move(en), std::move(zh), std::move(suggestion));
  failed_ = true;
  at_ = tokens_.size() - 1;
  if (ast_.size() == 0) ast_.add(Node{}, {});
  return 0;
}

NodeId Parsing::unexpected(const char* en, const char* zh) {
  const bool end = at(TokenKind::end);
  const std::string found(source(token().span).substr(0, 40));
  return fail(token().span, Problem::syntax, std::string("expected ") + en + (end ? " but the text ends" : " but found '" + found + "'"),
              std::string("此处应为") + zh + (end ? "，但文本已结束" : "，却是“" + found + "”"));
}

NodeId Parsing::make(NodeKind kind, std::uint32_t begin, std::span<const NodeId> children, std::string_view name, bool member) {
  if (failed_) return 0;
  Node node;
  node.kind = kind;
  node.span = {begin, last_end()};
  node.name = name.empty() ? std::string_view{} : ast_.keep(name);
  node.member = member;
  for (const NodeId child : children)
    if (ast_[child].height >= most_nesting) return too_deep(node.span);
  if (ast_.size() >= most_nodes)
    return fail(node.span, Problem::too_long, "the text has more than " + std::to_string(most_nodes) + " operations",
                "表达式超过" + std::to_string(most_nodes) + "个运算");
  return ast_.add(node, children);
}

NodeId Parsing::literal(Value value, Span span) {
  if (failed_) return 0;
  const NodeId id = make(NodeKind::literal, span.begin, {});
  if (!failed_) ast_[id].value = value;
  return id;
}

NodeId Parsing::too_deep(Span where) {
  return fail(where, Problem::too_long, "nested deeper than " + std::to_string(most_nesting),
              "嵌套超过" + std::to_string(most_nesting) + "层");
}

NodeId Parsing::expression() {
  if (++depth_ > most_nesting) {
    --depth_;
    return too_deep(token().span);
  }
  const NodeId result = conditional();
  --depth_;
  return result;
}

NodeId Parsing::conditional() {
  const std::uint32_t begin = token().span.begin;
  const NodeId condition = logical_or();
  if (!accept(TokenKind::question)) return condition;
  const NodeId then = logical_or();
  expect(TokenKind::colon, "':'", "“:”");
  const NodeId otherwise = expression();
  const NodeId children[] = {condition, then, otherwise};
  return make(NodeKind::conditional, begin, children);
}

template <class Operand>
NodeId Parsing::chain(TokenKind separator, NodeKind kind, Operand operand) {
  const std::uint32_t begin = token().span.begin;
  const NodeId first = operand();
  if (!at(separator)) return first;
  std::vector<NodeId> children{first};
  while (accept(separator)) children.push_back(operand());
  return make(kind, begin, children);
}

template <class KindOf, class Operand>
NodeId Parsing::left_associative(KindOf kind_of, Operand operand) {
  const std::uint32_t begin = token().span.begin;
  NodeId left = operand();
  while (const auto kind = kind_of(token().kind)) {
    ++at_;
    const NodeId right = operand();
    const NodeId children[] = {left, right};
    left = make(*kind, begin, children);
  }
  return left;
}

NodeId Parsing::logical_or() {
  return chain(TokenKind::or_or, NodeKind::logical_or, [this] { return logical_and(); });
}

NodeId Parsing::logical_and() {
  return chain(TokenKind::and_and, NodeKind::logical_and, [this] { return relation(); });
}

NodeId Parsing::relation() {
  return left_associative(relation_kind, [this] { return sum(); });
}

NodeId Parsing::sum() {
  return left_associative(sum_kind, [this] { return product(); });
}

NodeId Parsing::product() {
  return left_associative(product_kind, [this] { return unary(); });
}

NodeId Parsing::unary() {
  std::vector<Token> signs;
  while (at(TokenKind::bang) || at(TokenKind::minus)) {
    const TokenKind next = tokens_[at_ + 1].kind;
    const bool first = signs.empty() || signs.back().kind != TokenKind::minus;
    if (at(TokenKind::minus) && first && (next == TokenKind::integer || next == TokenKind::real)) break;
    signs.push_back(token());
    ++at_;
    if (signs.size() > most_nesting) return too_deep(token().span);
  }
  NodeId operand = postfix();
  for (; !signs.empty(); signs.pop_back()) {
    const NodeId children[] = {operand};
    operand = make(signs.back().kind == TokenKind::bang ? NodeKind::logical_not : NodeKind::negate, signs.back().span.begin, children);
  }
  return operand;
}

std::optional<Ast> parse(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > most_text_bytes) {
    diagnostics.add({}, Problem::too_long, "the text is longer than " + std::to_string(most_text_bytes) + " bytes",
                    "文本超过" + std::to_string(most_text_bytes) + "字节");
    return std::nullopt;
  }
  if (const auto invalid = first_invalid_utf8(text)) {
    const auto offset = static_cast<std::uint32_t>(*invalid);
    diagnostics.add({offset, offset + 1}, Problem::bad_encoding, "the text is not valid UTF-8", "文本不是有效的UTF-8编码");
    return std::nullopt;
  }
  std::vector<Token> tokens = tokenise(text, diagnostics);
  if (!diagnostics.empty()) return std::nullopt;
  return Parsing(text, std::move(tokens), diagnostics).run();
}

}  // namespace zhida::cel
