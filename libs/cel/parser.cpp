#include "cel/parser.hpp"

#include "cel/lexer.hpp"
#include "cel/limits.hpp"
#include "cel/utf8.hpp"

#include <string>
#include <vector>

namespace zhida::cel {
namespace {

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, Diagnostics& diagnostics)
      : text_(text), tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

  std::optional<Ast> run() {
    const NodeId root = expression();
    if (!failed_ && !at(TokenKind::end)) unexpected("an operator or the end", "运算符或结尾");
    if (failed_) return std::nullopt;
    ast_.set_root(root);
    return std::move(ast_);
  }

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
  NodeId fail(Span where, Problem problem, std::string en, std::string zh, std::string suggestion = {}) {
    if (!failed_) diagnostics_.add(where, problem, std::move(en), std::move(zh), std::move(suggestion));
    failed_ = true;
    at_ = tokens_.size() - 1;
    if (ast_.size() == 0) ast_.add(Node{}, {});
    return 0;
  }

  NodeId unexpected(const char* en, const char* zh) {
    const bool end = at(TokenKind::end);
    const std::string found(source(token().span).substr(0, 40));
    return fail(token().span, Problem::syntax, std::string("expected ") + en + (end ? " but the text ends" : " but found '" + found + "'"),
                std::string("此处应为") + zh + (end ? "，但文本已结束" : "，却是“" + found + "”"));
  }

  NodeId make(NodeKind kind, std::uint32_t begin, std::span<const NodeId> children, std::string_view name = {}, bool member = false) {
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

  NodeId literal(Value value, Span span) {
    if (failed_) return 0;
    const NodeId id = make(NodeKind::literal, span.begin, {});
    if (!failed_) ast_[id].value = value;
    return id;
  }

  NodeId too_deep(Span where) {
    return fail(where, Problem::too_long, "nested deeper than " + std::to_string(most_nesting),
                "嵌套超过" + std::to_string(most_nesting) + "层");
  }

  NodeId expression() {
    if (++depth_ > most_nesting) {
      --depth_;
      return too_deep(token().span);
    }
    const NodeId result = conditional();
    --depth_;
    return result;
  }

  NodeId conditional() {
    const std::uint32_t begin = token().span.begin;
    const NodeId condition = logical_or();
    if (!accept(TokenKind::question)) return condition;
    const NodeId then = logical_or();
    expect(TokenKind::colon, "':'", "“:”");
    const NodeId otherwise = expression();
    const NodeId children[] = {condition, then, otherwise};
    return make(NodeKind::conditional, begin, children);
  }

  NodeId logical_or() {
    return chain(TokenKind::or_or, NodeKind::logical_or, [this] { return logical_and(); });
  }
  NodeId logical_and() {
    return chain(TokenKind::and_and, NodeKind::logical_and, [this] { return relation(); });
  }

  template <class Operand>
  NodeId chain(TokenKind separator, NodeKind kind, Operand operand) {
    const std::uint32_t begin = token().span.begin;
    const NodeId first = operand();
    if (!at(separator)) return first;
    std::vector<NodeId> children{first};
    while (accept(separator)) children.push_back(operand());
    return make(kind, begin, children);
  }

  static std::optional<NodeKind> relation_kind(TokenKind token) {
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
  static std::optional<NodeKind> sum_kind(TokenKind token) {
    if (token == TokenKind::plus) return NodeKind::add;
    if (token == TokenKind::minus) return NodeKind::subtract;
    return std::nullopt;
  }
  static std::optional<NodeKind> product_kind(TokenKind token) {
    if (token == TokenKind::star) return NodeKind::multiply;
    if (token == TokenKind::slash) return NodeKind::divide;
    if (token == TokenKind::percent) return NodeKind::remainder;
    return std::nullopt;
  }

  NodeId relation() {
    return left_associative(relation_kind, [this] { return sum(); });
  }
  NodeId sum() {
    return left_associative(sum_kind, [this] { return product(); });
  }
  NodeId product() {
    return left_associative(product_kind, [this] { return unary(); });
  }

  template <class KindOf, class Operand>
  NodeId left_associative(KindOf kind_of, Operand operand) {
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

  NodeId unary() {
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

  NodeId postfix() {
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

  NodeId select(std::uint32_t begin, NodeId operand, Span name) {
    const NodeId children[] = {operand};
    return make(NodeKind::select, begin, children, source(name));
  }

  NodeId member_call(std::uint32_t begin, NodeId target, Span name_span) {
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

  NodeId macro(NodeKind kind, std::uint32_t begin, NodeId target, const std::vector<NodeId>& arguments) {
    const Node& variable = ast_[arguments[0]];
    if (variable.kind != NodeKind::identifier)
      return fail(variable.span, Problem::syntax, "the first argument must be the name of a loop variable", "第一个参数应为循环变量的名称");
    const std::string name(variable.name);
    std::vector<NodeId> children{target};
    children.insert(children.end(), arguments.begin() + 1, arguments.end());
    return make(kind, begin, children, name);
  }

  std::vector<NodeId> arguments(TokenKind close, const char* en, const char* zh) {
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

  NodeId primary() {
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

  NodeId positive() {
    const Token& here = token();
    if (here.integer > static_cast<std::uint64_t>(INT64_MAX))
      return fail(here.span, Problem::bad_literal, "the number does not fit a 64-bit integer", "数字超出64位整数范围");
    ++at_;
    return literal(Value::integer(static_cast<std::int64_t>(here.integer)), here.span);
  }

  /// `unary` leaves a minus here only before a number.
  NodeId negative() {
    const std::uint32_t begin = token().span.begin;
    ++at_;
    const Token& number = token();
    ++at_;
    const Span span{begin, number.span.end};
    if (number.kind == TokenKind::real) return literal(Value::real(-number.real), span);
    return literal(Value::integer(static_cast<std::int64_t>(0 - number.integer)), span);
  }

  NodeId name(Span span) {
    const std::string_view name = source(span);
    if (!accept(TokenKind::left_paren)) return make(NodeKind::identifier, span.begin, {}, name);
    const std::vector<NodeId> arguments = this->arguments(TokenKind::right_paren, "')'", "“)”");
    if (failed_) return 0;
    if (name != "has") return make(NodeKind::call, span.begin, arguments, name);
    if (arguments.size() != 1 || ast_[arguments[0]].kind != NodeKind::select)
      return fail(span, Problem::syntax, "has() takes one attribute, like has(p.name)", "has() 的参数应为一个属性，如 has(p.name)");
    return make(NodeKind::has, span.begin, arguments);
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  Diagnostics& diagnostics_;
  Ast ast_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool failed_ = false;
};

}  // namespace

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
  return Parser(text, std::move(tokens), diagnostics).run();
}

}  // namespace zhida::cel
