#include "cel/limits.hpp"
#include "cel/parsing.hpp"

namespace zhida::cel {

NodeId Parsing::postfix() {
  const std::uint32_t begin = token().span.begin;
  NodeId operand = primary();
  for (;;) {
    if (accept(TokenKind::dot)) {
      const Span name = token().span;
      if (!accept(TokenKind::reserved_word)) expect(TokenKind::identifier, "a name", "名称");
      if (failed_) return 0;
      operand = accept(TokenKind::left_paren) ? member_call(begin, operand, name) : select(begin, operand, name);
    } else if (accept(TokenKind::left_bracket)) {
      const NodeId position = expression();
      expect(TokenKind::right_bracket, "']'", "“]”");
      const NodeId children[] = {operand, position};
      operand = make(NodeKind::index, begin, children);
    } else {
      return operand;
    }
  }
}

NodeId Parsing::select(std::uint32_t begin, NodeId operand, Span name) {
  const NodeId children[] = {operand};
  return make(NodeKind::select, begin, children, source(name));
}

NodeId Parsing::member_call(std::uint32_t begin, NodeId target, Span name_span) {
  const std::string_view name = source(name_span);
  std::vector<NodeId> arguments = this->arguments(TokenKind::right_paren, "')'", "“)”");
  if (failed_) return 0;
  const bool two = arguments.size() == 2, three = arguments.size() == 3;
  if (name == "all" && two) return macro(NodeKind::all, begin, target, arguments);
  if (name == "exists" && two) return macro(NodeKind::exists, begin, target, arguments);
  if ((name == "exists_one" || name == "existsOne") && two) return macro(NodeKind::exists_one, begin, target, arguments);
  if (name == "filter" && two) return macro(NodeKind::filter, begin, target, arguments);
  if (name == "map" && (two || three)) return macro(NodeKind::map, begin, target, arguments);
  arguments.insert(arguments.begin(), target);
  return make(NodeKind::call, begin, arguments, name, true);
}

NodeId Parsing::macro(NodeKind kind, std::uint32_t begin, NodeId target, const std::vector<NodeId>& arguments) {
  const Node& variable = ast_[arguments[0]];
  if (variable.kind != NodeKind::identifier)
    return fail(variable.span, Problem::syntax, "the first argument must be the name of a loop variable", "第一个参数应为循环变量的名称");
  const std::string name(variable.name);
  std::vector<NodeId> children{target};
  children.insert(children.end(), arguments.begin() + 1, arguments.end());
  return make(kind, begin, children, name);
}

std::vector<NodeId> Parsing::arguments(TokenKind close, const char* en, const char* zh) {
  std::vector<NodeId> result;
  if (accept(close)) return result;
  do {
    if (close == TokenKind::right_bracket && at(close)) break;
    result.push_back(expression());
    if (result.size() > most_list_elements) {
      fail(token().span, Problem::too_long, "a list of more than " + std::to_string(most_list_elements) + " elements",
           "列表超过" + std::to_string(most_list_elements) + "个元素");
      return {};
    }
  } while (accept(TokenKind::comma));
  expect(close, en, zh);
  return result;
}

NodeId Parsing::primary() {
  const Token& here = token();
  const Span span = here.span;
  switch (here.kind) {
    case TokenKind::true_word:
      ++at_;
      return literal(Value::boolean(true), span);
    case TokenKind::false_word:
      ++at_;
      return literal(Value::boolean(false), span);
    case TokenKind::integer:
      return positive();
    case TokenKind::real:
      ++at_;
      return literal(Value::real(here.real), span);
    case TokenKind::minus:
      return negative();
    case TokenKind::string:
      ++at_;
      return literal(Value::string(ast_.keep(here.text)), span);
    case TokenKind::identifier:
      ++at_;
      return name(span);
    case TokenKind::left_paren: {
      ++at_;
      const NodeId inner = expression();
      expect(TokenKind::right_paren, "')'", "“)”");
      return inner;
    }
    case TokenKind::left_bracket: {
      ++at_;
      const std::vector<NodeId> elements = arguments(TokenKind::right_bracket, "']'", "“]”");
      return make(NodeKind::list, span.begin, elements);
    }
    case TokenKind::reserved_word:
      return fail(span, Problem::bad_token, "'" + std::string(source(span)) + "' is a reserved word",
                  "“" + std::string(source(span)) + "”是保留字");
    case TokenKind::null_word:
      return fail(span, Problem::unsupported, "there is no null; whether an attribute is known is has(p.name)",
                  "没有 null；判断属性是否已知请用 has(p.name)", "has(…)");
    case TokenKind::left_brace:
      return fail(span, Problem::unsupported, "maps are not part of this language", "本语言不支持映射（map）");
    default:
      return unexpected("a value", "一个值");
  }
}

NodeId Parsing::positive() {
  const Token& here = token();
  if (here.integer > static_cast<std::uint64_t>(INT64_MAX))
    return fail(here.span, Problem::bad_literal, "the number does not fit a 64-bit integer", "数字超出64位整数范围");
  ++at_;
  return literal(Value::integer(static_cast<std::int64_t>(here.integer)), here.span);
}

NodeId Parsing::negative() {
  const std::uint32_t begin = token().span.begin;
  ++at_;
  const Token& number = token();
  ++at_;
  const Span span{begin, number.span.end};
  if (number.kind == TokenKind::real) return literal(Value::real(-number.real), span);
  return literal(Value::integer(static_cast<std::int64_t>(0 - number.integer)), span);
}

NodeId Parsing::name(Span span) {
  const std::string_view name = source(span);
  if (!accept(TokenKind::left_paren)) return make(NodeKind::identifier, span.begin, {}, name);
  const std::vector<NodeId> arguments = this->arguments(TokenKind::right_paren, "')'", "“)”");
  if (failed_) return 0;
  if (name != "has") return make(NodeKind::call, span.begin, arguments, name);
  if (arguments.size() != 1 || ast_[arguments[0]].kind != NodeKind::select)
    return fail(span, Problem::syntax, "has() takes one attribute, like has(p.name)", "has() 的参数应为一个属性，如 has(p.name)");
  return make(NodeKind::has, span.begin, arguments);
}

}  // namespace zhida::cel
