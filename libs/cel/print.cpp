#include "cel/print.hpp"

#include "cel/time.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace zhida::cel {
namespace {

/// How tightly an expression binds; an operand that binds less tightly than its place needs stands in parentheses.
enum Level { conditional = 1, logical_or, logical_and, relation, sum, product, unary, postfix };

Level level_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::conditional:
      return conditional;
    case NodeKind::logical_or:
      return logical_or;
    case NodeKind::logical_and:
      return logical_and;
    case NodeKind::equal:
    case NodeKind::not_equal:
    case NodeKind::less:
    case NodeKind::less_equal:
    case NodeKind::greater:
    case NodeKind::greater_equal:
    case NodeKind::in:
      return relation;
    case NodeKind::add:
    case NodeKind::subtract:
      return sum;
    case NodeKind::multiply:
    case NodeKind::divide:
    case NodeKind::remainder:
      return product;
    case NodeKind::negate:
    case NodeKind::logical_not:
      return unary;
    default:
      return postfix;
  }
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      case '\n':
        result += "\\n";
        break;
      case '\r':
        result += "\\r";
        break;
      case '\t':
        result += "\\t";
        break;
      default:
        if (c >= 0 && (c < 0x20 || c == 0x7F)) {
          constexpr std::string_view hex = "0123456789abcdef";
          result += "\\x";
          result += hex[static_cast<std::size_t>(c) >> 4];
          result += hex[static_cast<std::size_t>(c) & 15];
        } else {
          result += c;
        }
    }
  }
  return result + '"';
}

std::string real_literal(double value) {
  if (std::isnan(value)) return "double(\"nan\")";
  if (std::isinf(value)) return value > 0 ? "double(\"inf\")" : "double(\"-inf\")";
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

class Printer {
 public:
  explicit Printer(const Ast& ast) : ast_(ast) {}

  void node(NodeId id, int needed) {
    const bool wrap = level_of(ast_[id].kind) < needed;
    if (wrap) out_ += '(';
    bare(id);
    if (wrap) out_ += ')';
  }

  std::string take() { return std::move(out_); }

 private:
  void bare(NodeId id) {
    const Node& node = ast_[id];
    const auto children = ast_.children(id);
    switch (node.kind) {
      case NodeKind::literal:
        out_ += print(node.value);
        return;
      case NodeKind::identifier:
        out_ += node.name;
        return;
      case NodeKind::list:
        return enclosed('[', children, ']');
      case NodeKind::select:
        this->node(children[0], postfix);
        out_ += '.';
        out_ += node.name;
        return;
      case NodeKind::has:
        out_ += "has";
        return enclosed('(', children, ')');
      case NodeKind::index:
        this->node(children[0], postfix);
        return enclosed('[', children.subspan(1), ']');
      case NodeKind::call:
        if (node.member) {
          this->node(children[0], postfix);
          out_ += '.';
        }
        out_ += node.name;
        return enclosed('(', children.subspan(node.member ? 1 : 0), ')');
      case NodeKind::negate:
      case NodeKind::logical_not:
        return prefix(node.kind, children[0]);
      case NodeKind::conditional:
        this->node(children[0], logical_or);
        out_ += " ? ";
        this->node(children[1], logical_or);
        out_ += " : ";
        this->node(children[2], conditional);
        return;
      case NodeKind::all:
        return macro("all", node, children);
      case NodeKind::exists:
        return macro("exists", node, children);
      case NodeKind::exists_one:
        return macro("exists_one", node, children);
      case NodeKind::map:
        return macro("map", node, children);
      case NodeKind::filter:
        return macro("filter", node, children);
      default:
        break;
    }
    // A chain of && or || is one node; a child of the same kind was in parentheses. The others associate to the left.
    const int level = level_of(node.kind);
    const bool chain = node.kind == NodeKind::logical_and || node.kind == NodeKind::logical_or;
    for (std::size_t i = 0; i < children.size(); ++i) {
      if (i > 0) {
        out_ += ' ';
        out_ += operator_sign(node.kind);
        out_ += ' ';
      }
      this->node(children[i], i == 0 && !chain ? level : level + 1);
    }
  }

  void prefix(NodeKind kind, NodeId operand) {
    out_ += kind == NodeKind::negate ? '-' : '!';
    const std::size_t begin = out_.size();
    node(operand, unary);
    // "-5" would be read as a literal, "--5" as two signs.
    const bool digit = out_[begin] >= '0' && out_[begin] <= '9';
    if (kind == NodeKind::negate && (digit || (out_[begin] == '-' && ast_[operand].kind != NodeKind::negate))) {
      out_.insert(begin, 1, '(');
      out_ += ')';
    }
  }

  void enclosed(char open, std::span<const NodeId> elements, char close) {
    out_ += open;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out_ += ", ";
      node(elements[i], conditional);
    }
    out_ += close;
  }

  void macro(std::string_view name, const Node& node, std::span<const NodeId> children) {
    this->node(children[0], postfix);
    out_ += '.';
    out_ += name;
    out_ += '(';
    out_ += node.name;
    for (const NodeId child : children.subspan(1)) {
      out_ += ", ";
      this->node(child, conditional);
    }
    out_ += ')';
  }

  const Ast& ast_;
  std::string out_;
};

}  // namespace

std::string_view operator_sign(NodeKind kind) {
  switch (kind) {
    case NodeKind::negate:
    case NodeKind::subtract:
      return "-";
    case NodeKind::logical_not:
      return "!";
    case NodeKind::logical_and:
      return "&&";
    case NodeKind::logical_or:
      return "||";
    case NodeKind::equal:
      return "==";
    case NodeKind::not_equal:
      return "!=";
    case NodeKind::less:
      return "<";
    case NodeKind::less_equal:
      return "<=";
    case NodeKind::greater:
      return ">";
    case NodeKind::greater_equal:
      return ">=";
    case NodeKind::in:
      return "in";
    case NodeKind::add:
      return "+";
    case NodeKind::multiply:
      return "*";
    case NodeKind::divide:
      return "/";
    case NodeKind::remainder:
      return "%";
    default:
      return "?:";
  }
}

std::string print(const Ast& ast, NodeId node) {
  Printer printer(ast);
  printer.node(node, conditional);
  return printer.take();
}

std::string print(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return value.as_boolean() ? "true" : "false";
    case Kind::integer:
      return std::to_string(value.as_integer());
    case Kind::real:
      return real_literal(value.as_real());
    case Kind::string:
      return quoted(value.as_string());
    case Kind::timestamp:
      return "timestamp(" + quoted(format_timestamp(value)) + ")";
    case Kind::duration:
      return "duration(" + quoted(format_duration(value)) + ")";
    case Kind::list: {
      std::string text = "[";
      for (const Value& element : value.as_list()) text += (text.size() > 1 ? ", " : "") + print(element);
      return text + "]";
    }
    default:
      return "";
  }
}

}  // namespace zhida::cel
