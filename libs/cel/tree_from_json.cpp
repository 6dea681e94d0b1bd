#include "cel/json.hpp"
#include "cel/lexer.hpp"
#include "cel/limits.hpp"
#include "cel/macro_names.hpp"
#include "cel/print.hpp"
#include "cel/tree_json.hpp"
#include "cel/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace zhida::cel {
namespace {

constexpr std::array binary_kinds{NodeKind::equal,    NodeKind::not_equal,     NodeKind::less,   NodeKind::less_equal,
                                  NodeKind::greater,  NodeKind::greater_equal, NodeKind::in,     NodeKind::add,
                                  NodeKind::subtract, NodeKind::multiply,      NodeKind::divide, NodeKind::remainder};

/// Whether the text is one identifier of the language that may stand where `kind` is asked for.
bool is_name(std::string_view text, bool may_be_reserved) {
  Diagnostics none(text);
  const std::vector<Token> tokens = tokenise(text, none);
  const bool one = none.empty() && tokens.size() == 2 && tokens[0].span.begin == 0 && tokens[0].span.end == text.size();
  return one && (tokens[0].kind == TokenKind::identifier || (may_be_reserved && tokens[0].kind == TokenKind::reserved_word));
}

/// Printed, such a call would be read as a macro.
bool is_macro_call(std::string_view name, std::size_t arguments) {
  if (name == "existsOne") name = "exists_one";
  const auto found = std::ranges::find(macro_names, name, &MacroName::name);
  return found != macro_names.end() && (arguments == 2 || (arguments == 3 && found->kind == NodeKind::map));
}

class Builder {
 public:
  TreeFromJson run(const Json& json) {
    const NodeId root = node(json);
    if (!error_.empty()) return {std::nullopt, error_};
    ast_.set_root(root);
    return {std::move(ast_), ""};
  }

 private:
  NodeId fail(const Json& where, const std::string& why) {
    if (error_.empty()) error_ = "at " + std::to_string(where.offset) + ": " + why;
    return 0;
  }

  NodeId add(const Json& where, NodeKind kind, std::span<const NodeId> children, std::string_view name = {}, bool is_member = false) {
    if (!error_.empty()) return 0;
    if (ast_.size() >= most_nodes) return fail(where, "more than " + std::to_string(most_nodes) + " operations");
    for (const NodeId child : children)
      if (ast_[child].height >= most_nesting) return fail(where, "nested deeper than " + std::to_string(most_nesting));
    Node node;
    node.kind = kind;
    node.member = is_member;
    if (!name.empty()) node.name = ast_.keep(name);
    return ast_.add(node, children);
  }

  NodeId node(const Json& json) {
    if (!error_.empty()) return 0;
    if (json.kind != Json::Kind::object || json.names.empty()) return fail(json, "a node is an object");
    const std::string& key = json.names[0];
    const Json& content = json.elements[0];
    if (key == "bool" || key == "int" || key == "double" || key == "string") return literal(key, content);
    if (key == "name") return name(content);
    if (key == "field") return field(json, content);
    if (key == "has") return has(content);
    if (key == "all") return chain(content, NodeKind::logical_and);
    if (key == "any") return chain(content, NodeKind::logical_or);
    if (key == "not") return with(json, NodeKind::logical_not, {"not"});
    if (key == "negate") return with(json, NodeKind::negate, {"negate"});
    if (key == "list") return add(content, NodeKind::list, elements(content));
    if (key == "element") return with(json, NodeKind::index, {"element", "at"});
    if (key == "if") return with(json, NodeKind::conditional, {"if", "then", "else"});
    if (key == "op") return binary(json, content);
    if (key == "call") return call(json, content);
    if (key == "each") return macro(json, content);
    return fail(json, "unknown node '" + key + "'");
  }

  NodeId literal(const std::string& key, const Json& content) {
    Value value;
    if (key == "bool" && content.kind == Json::Kind::boolean) {
      value = Value::boolean(content.boolean);
    } else if (key == "string" && content.kind == Json::Kind::string) {
      if (content.text.size() > most_text_bytes) return fail(content, "the string is too long");
      value = Value::string(ast_.keep(content.text));
    } else if (const bool text = content.kind == Json::Kind::string; key == "int" && (text || content.kind == Json::Kind::number)) {
      std::int64_t number = 0;
      const char* const end = content.text.data() + content.text.size();
      const auto [read, error] = std::from_chars(content.text.data(), end, number);
      if (error != std::errc{} || read != end) return fail(content, "no 64-bit integer");
      value = Value::integer(number);
    } else if (key == "double" && content.kind == Json::Kind::number) {
      const std::optional<double> number = real_number(content.text);
      if (!number) return fail(content, "the number is out of range");
      value = Value::real(*number);
    } else {
      return fail(content, "this is no " + key);
    }
    const NodeId id = add(content, NodeKind::literal, {});
    if (error_.empty()) ast_[id].value = value;
    return id;
  }

  NodeId name(const Json& content) {
    if (content.kind != Json::Kind::string) return fail(content, "a name is a string");
    std::string_view rest = content.text;
    NodeId id = 0;
    for (bool first = true;; first = false) {
      const std::size_t dot = rest.find('.');
      const std::string_view part = rest.substr(0, dot);
      if (!is_name(part, !first)) return fail(content, "'" + content.text + "' is no name");
      const NodeId operand[] = {id};
      id = first ? add(content, NodeKind::identifier, {}, part) : add(content, NodeKind::select, operand, part);
      if (dot == std::string_view::npos || !error_.empty()) return id;
      rest.remove_prefix(dot + 1);
    }
  }

  NodeId field(const Json& json, const Json& content) {
    if (content.kind != Json::Kind::string || !is_name(content.text, true)) return fail(content, "no name of a field");
    return with(json, NodeKind::select, {"of"}, content.text);
  }

  NodeId has(const Json& content) {
    const NodeId operand[] = {node(content)};
    if (error_.empty() && ast_[operand[0]].kind != NodeKind::select) return fail(content, "has takes a field");
    return add(content, NodeKind::has, operand);
  }

  NodeId chain(const Json& content, NodeKind kind) {
    const std::vector<NodeId> operands = elements(content);
    if (operands.size() < 2) return fail(content, "a chain has two conditions or more");
    return add(content, kind, operands);
  }

  std::vector<NodeId> elements(const Json& content) {
    if (content.kind != Json::Kind::array) return fail(content, "this is no array"), std::vector<NodeId>{};
    if (content.elements.size() > most_list_elements)
      return fail(content, "more than " + std::to_string(most_list_elements) + " elements"), std::vector<NodeId>{};
    std::vector<NodeId> result;
    for (const Json& element : content.elements) result.push_back(node(element));
    return result;
  }

  NodeId with(const Json& json, NodeKind kind, std::initializer_list<const char*> names, std::string_view name = {}) {
    std::vector<NodeId> children;
    for (const char* const member : names) {
      const Json* const child = json.find(member);
      if (!child) return fail(json, "'" + std::string(member) + "' is missing");
      children.push_back(node(*child));
    }
    return add(json, kind, children, name);
  }

  NodeId binary(const Json& json, const Json& sign) {
    const auto found = std::ranges::find(binary_kinds, sign.text, [](NodeKind kind) { return operator_sign(kind); });
    if (sign.kind != Json::Kind::string || found == binary_kinds.end()) return fail(sign, "unknown operator");
    return with(json, *found, {"left", "right"});
  }

  NodeId call(const Json& json, const Json& name) {
    const Json* const target = json.find("target");
    const Json* const arguments = json.find("arguments");
    if (name.kind != Json::Kind::string || !arguments) return fail(json, "a call has a name and arguments");
    // A function may belong to a family (math.least); a member's name has no dot.
    std::string_view last = name.text;
    const std::size_t dot = last.find('.');
    if (!target && dot != std::string_view::npos) {
      if (!is_name(last.substr(0, dot), false)) return fail(name, "'" + name.text + "' is no name of a function");
      last.remove_prefix(dot + 1);
    }
    if (!is_name(last, target || dot != std::string_view::npos) || (!target && last == "has"))
      return fail(name, "'" + name.text + "' is no name of a function");
    std::vector<NodeId> children;
    if (target) children.push_back(node(*target));
    const std::vector<NodeId> given = elements(*arguments);
    children.insert(children.end(), given.begin(), given.end());
    if (target && is_macro_call(name.text, given.size())) return fail(name, "write a macro with \"each\"");
    return add(json, NodeKind::call, children, name.text, target != nullptr);
  }

  NodeId macro(const Json& json, const Json& name) {
    const auto found = std::ranges::find(macro_names, name.text, &MacroName::name);
    const Json* const variable = json.find("variable");
    if (name.kind != Json::Kind::string || found == macro_names.end()) return fail(name, "unknown macro");
    if (!variable || variable->kind != Json::Kind::string || !is_name(variable->text, false)) return fail(json, "a macro has a variable");
    if (json.find("where") && found->kind == NodeKind::map) return with(json, found->kind, {"in", "where", "body"}, variable->text);
    return with(json, found->kind, {"in", "body"}, variable->text);
  }

  Ast ast_;
  std::string error_;
};

}  // namespace

TreeFromJson tree_from_json(std::string_view json) {
  constexpr std::size_t most_json_bytes = 16 * most_text_bytes;
  if (json.size() > most_json_bytes) return {std::nullopt, "longer than " + std::to_string(most_json_bytes) + " bytes"};
  if (first_invalid_utf8(json)) return {std::nullopt, "not valid UTF-8"};
  const JsonResult parsed = parse_json(json, 2 * most_nesting + 2);
  if (!parsed.value) return {std::nullopt, parsed.error};
  return Builder().run(*parsed.value);
}

}  // namespace zhida::cel
