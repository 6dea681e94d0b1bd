#include "conformance/reference_tree.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

namespace zhida::cel::conformance {
namespace {

std::string hexadecimal(std::uint64_t value, int digits) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%0*llx", digits, static_cast<unsigned long long>(value));
  return buffer.data();
}

/// As JSON with `\u` escapes for everything beyond ASCII.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : (lead < 0xE0 ? 2 : (lead < 0xF0 ? 3 : 4));
    std::uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    i += length;
    static constexpr std::string_view named = "\b\f\n\r\t\"\\", letters = "bfnrt\"\\";
    if (const auto at = point < 0x80 ? named.find(static_cast<char>(point)) : std::string_view::npos; at != std::string_view::npos) {
      result += {'\\', letters[at]};
    } else if (point >= 0x20 && point < 0x7F) {
      result += static_cast<char>(point);
    } else if (point < 0x10000) {
      result += "\\u" + hexadecimal(point, 4);
    } else {
      result += "\\u" + hexadecimal(0xD800 + ((point - 0x10000) >> 10), 4) + "\\u" + hexadecimal(0xDC00 + ((point - 0x10000) & 0x3FF), 4);
    }
  }
  return result + '"';
}

std::string type_name(Type type) {
  if (type.scalar != Kind::missing) return to_string(type);
  std::string name = "dyn";
  for (int i = 0; i < type.lists; ++i) name = "list(" + name + ")";
  return name;
}

std::string_view operator_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::index:
      return "_[_]";
    case NodeKind::negate:
      return "-_";
    case NodeKind::logical_not:
      return "!_";
    case NodeKind::logical_and:
      return "_&&_";
    case NodeKind::logical_or:
      return "_||_";
    case NodeKind::conditional:
      return "_?_:_";
    case NodeKind::equal:
      return "_==_";
    case NodeKind::not_equal:
      return "_!=_";
    case NodeKind::less:
      return "_<_";
    case NodeKind::less_equal:
      return "_<=_";
    case NodeKind::greater:
      return "_>_";
    case NodeKind::greater_equal:
      return "_>=_";
    case NodeKind::in:
      return "@in";
    case NodeKind::add:
      return "_+_";
    case NodeKind::subtract:
      return "_-_";
    case NodeKind::multiply:
      return "_*_";
    case NodeKind::divide:
      return "_/_";
    default:
      return "_%_";
  }
}

class Writer {
 public:
  Writer(const Ast& ast, bool with_types) : ast_(ast), with_types_(with_types) {}

  std::string node(NodeId id) const {
    const Node& node = ast_[id];
    const auto children = ast_.children(id);
    switch (node.kind) {
      case NodeKind::literal:
        return typed(constant(node.value), node.type);
      case NodeKind::identifier:
        return typed(std::string(node.name), node.type);
      case NodeKind::list:
        return typed("[" + joined(children) + "]", node.type);
      case NodeKind::select:
        return select(id);
      case NodeKind::call:
        return call(id);
      case NodeKind::negate:
      case NodeKind::logical_not:
        return sign(id);
      case NodeKind::logical_and:
      case NodeKind::logical_or:
        return balanced(node.kind, children);
      case NodeKind::all:
      case NodeKind::exists:
      case NodeKind::exists_one:
      case NodeKind::map:
      case NodeKind::filter:
        return macro(id);
      default:
        return typed(std::string(operator_name(node.kind)) + "(" + joined(children) + ")", node.type);
    }
  }

 private:
  std::string typed(const std::string& text, Type type) const { return with_types_ ? text + "~" + type_name(type) : text; }

  static std::string constant(const Value& value) {
    switch (value.kind()) {
      case Kind::boolean:
        return value.as_boolean() ? "b:true" : "b:false";
      case Kind::integer:
        return "i:" + std::to_string(value.as_integer());
      case Kind::real:
        // The reference prints a negative zero as "-0" and a zero as "0"; both are kept.
        return "d:" + hexadecimal(std::bit_cast<std::uint64_t>(value.as_real()), 16);
      default:
        return "s:" + quoted(value.as_string());
    }
  }

  std::string joined(std::span<const NodeId> nodes) const {
    std::string text;
    for (const NodeId id : nodes) text += (text.empty() ? "" : ",") + node(id);
    return text;
  }

  /// After the check a qualified name is one name.
  std::string dotted(NodeId id) const {
    const Node& node = ast_[id];
    if (node.kind == NodeKind::identifier) return std::string(node.name);
    return dotted(ast_.children(id)[0]) + "." + std::string(node.name);
  }

  std::string select(NodeId id) const {
    const Node& node = ast_[id];
    if (with_types_ && node.binding == Binding::slot) return typed(dotted(id), node.type);
    return typed(this->node(ast_.children(id)[0]) + "." + std::string(node.name), node.type);
  }

  /// The reference rewrites math.greatest and math.least into a call on one, two or a list of arguments.
  std::string call(NodeId id) const {
    const Node& node = ast_[id];
    const auto children = ast_.children(id);
    if (node.member)
      return typed(this->node(children[0]) + "." + std::string(node.name) + "(" + joined(children.subspan(1)) + ")", node.type);
    const bool extreme = node.name == "math.greatest" || node.name == "math.least";
    if (!extreme) return typed(std::string(node.name) + "(" + joined(children) + ")", node.type);
    const std::string name = node.name == "math.greatest" ? "math.@max" : "math.@min";
    const std::string arguments = joined(children);
    return typed(name + "(" + (children.size() > 2 ? typed("[" + arguments + "]", node.type.list_of()) : arguments) + ")", node.type);
  }

  /// Signs that follow each other directly cancel out in pairs; what stands in parentheses is another expression.
  std::string sign(NodeId id) const {
    std::size_t count = 1;
    NodeId operand = ast_.children(id)[0];
    for (NodeId outer = id; ast_[operand].kind == ast_[id].kind && ast_[operand].span.begin == ast_[outer].span.begin + 1; ++count) {
      outer = operand;
      operand = ast_.children(operand)[0];
    }
    const std::string text = node(operand);
    return count % 2 == 0 ? text : typed(std::string(operator_name(ast_[id].kind)) + "(" + text + ")", ast_[id].type);
  }

  std::string balanced(NodeKind kind, std::span<const NodeId> operands) const {
    if (operands.size() == 1) return node(operands[0]);
    const std::size_t left = operands.size() / 2 + (operands.size() % 2);
    return typed(
        std::string(operator_name(kind)) + "(" + balanced(kind, operands.first(left)) + "," + balanced(kind, operands.subspan(left)) + ")",
        boolean_type);
  }

  std::string macro(NodeId id) const {
    const Node& node = ast_[id];
    const auto children = ast_.children(id);
    const std::string body = this->node(children.back());
    const std::string yes = typed("b:true", boolean_type), no = typed("b:false", boolean_type);
    std::string start, proceed = yes, step, result;
    if (node.kind == NodeKind::all || node.kind == NodeKind::exists) {
      const bool all = node.kind == NodeKind::all;
      const std::string so_far = typed("@result", boolean_type);
      start = all ? yes : no;
      proceed = typed("@not_strictly_false(" + (all ? so_far : typed("!_(" + so_far + ")", boolean_type)) + ")", boolean_type);
      step = typed(std::string(all ? "_&&_(" : "_||_(") + so_far + "," + body + ")", boolean_type);
      result = so_far;
    } else if (node.kind == NodeKind::exists_one) {
      const std::string so_far = typed("@result", integer_type), one = typed("i:1", integer_type);
      start = typed("i:0", integer_type);
      step = choice(body, typed("_+_(" + so_far + "," + one + ")", integer_type), so_far, integer_type);
      result = typed("_==_(" + so_far + "," + one + ")", boolean_type);
    } else {
      const std::string so_far = typed("@result", node.type);
      const bool filter = node.kind == NodeKind::filter;
      const std::string element = filter ? typed(std::string(node.name), node.type.lists > 0 ? node.type.element() : Type{}) : body;
      start = typed("[]", node.type);
      step = typed("_+_(" + so_far + "," + typed("[" + element + "]", node.type) + ")", node.type);
      if (filter || children.size() == 3) step = choice(filter ? body : this->node(children[1]), step, so_far, node.type);
      result = so_far;
    }
    return typed("__comprehension__(" + std::string(node.name) + "," + this->node(children[0]) + ",@result," + start + "," + proceed + "," +
                     step + "," + result + ")",
                 node.type);
  }

  std::string choice(const std::string& condition, const std::string& then, const std::string& otherwise, Type type) const {
    return typed("_?_:_(" + condition + "," + then + "," + otherwise + ")", type);
  }

  const Ast& ast_;
  bool with_types_;
};

}  // namespace

std::string reference_tree(const Ast& ast, bool with_types) { return Writer(ast, with_types).node(ast.root()); }

}  // namespace zhida::cel::conformance
