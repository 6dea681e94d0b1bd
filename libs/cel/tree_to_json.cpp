#include "cel/json.hpp"
#include "cel/macro_names.hpp"
#include "cel/print.hpp"
#include "cel/tree_json.hpp"

#include <algorithm>

namespace zhida::cel {
namespace {

/// Up to here every program that takes JSON numbers for doubles reads integers exactly.
constexpr std::int64_t safe_integer = std::int64_t{1} << 53;

class Writer {
 public:
  explicit Writer(const Ast& ast) : ast_(ast) {}

  std::string node(NodeId id) const {
    const Node& node = ast_[id];
    const auto children = ast_.children(id);
    switch (node.kind) {
      case NodeKind::literal:
        return literal(node.value);
      case NodeKind::identifier:
      case NodeKind::select:
        if (is_dotted(id)) return "{\"name\":" + json_string(print(ast_, id)) + "}";
        return "{\"field\":" + json_string(node.name) + "," + member("of", children[0]) + "}";
      case NodeKind::has:
        return one("has", children[0]);
      case NodeKind::logical_and:
        return many("all", children);
      case NodeKind::logical_or:
        return many("any", children);
      case NodeKind::logical_not:
        return one("not", children[0]);
      case NodeKind::negate:
        return one("negate", children[0]);
      case NodeKind::list:
        return many("list", children);
      case NodeKind::index:
        return "{" + member("element", children[0]) + "," + member("at", children[1]) + "}";
      case NodeKind::conditional:
        return "{" + member("if", children[0]) + "," + member("then", children[1]) + "," + member("else", children[2]) + "}";
      case NodeKind::call:
        return "{\"call\":" + json_string(node.name) + (node.member ? "," + member("target", children[0]) : "") +
               ",\"arguments\":" + array(children.subspan(node.member ? 1 : 0)) + "}";
      case NodeKind::all:
      case NodeKind::exists:
      case NodeKind::exists_one:
      case NodeKind::map:
      case NodeKind::filter:
        return macro(node, children);
      default:
        return "{\"op\":" + json_string(operator_sign(node.kind)) + "," + member("left", children[0]) + "," + member("right", children[1]) +
               "}";
    }
  }

 private:
  bool is_dotted(NodeId id) const {
    while (ast_[id].kind == NodeKind::select) id = ast_.children(id)[0];
    return ast_[id].kind == NodeKind::identifier;
  }

  static std::string literal(const Value& value) {
    switch (value.kind()) {
      case Kind::boolean:
        return value.as_boolean() ? "{\"bool\":true}" : "{\"bool\":false}";
      case Kind::integer: {
        const std::int64_t number = value.as_integer();
        const bool safe = number >= -safe_integer && number <= safe_integer;
        return "{\"int\":" + (safe ? std::to_string(number) : "\"" + std::to_string(number) + "\"") + "}";
      }
      case Kind::real:
        return "{\"double\":" + print(value) + "}";
      default:
        return "{\"string\":" + json_string(value.as_string()) + "}";
    }
  }

  std::string member(const char* name, NodeId id) const { return "\"" + std::string(name) + "\":" + node(id); }
  std::string one(const char* name, NodeId id) const { return "{" + member(name, id) + "}"; }
  std::string many(const char* name, std::span<const NodeId> nodes) const { return "{\"" + std::string(name) + "\":" + array(nodes) + "}"; }
  std::string array(std::span<const NodeId> nodes) const {
    std::string text = "[";
    for (const NodeId id : nodes) text += (text.size() > 1 ? "," : "") + node(id);
    return text + "]";
  }
  std::string macro(const Node& node, std::span<const NodeId> children) const {
    const auto found = std::ranges::find(macro_names, node.kind, &MacroName::kind);
    return "{\"each\":" + json_string(found->name) + ",\"variable\":" + json_string(node.name) + "," + member("in", children[0]) +
           (children.size() == 3 ? "," + member("where", children[1]) : "") + "," + member("body", children.back()) + "}";
  }

  const Ast& ast_;
};

}  // namespace

std::string to_json(const Ast& ast, NodeId node) { return Writer(ast).node(node); }

}  // namespace zhida::cel
