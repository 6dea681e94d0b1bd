#include "cel/checking.hpp"

#include "cel/nearest.hpp"

#include <algorithm>

namespace zhida::cel {

const Checking::Local* Checking::find_local(std::string_view name) const {
  const auto found = std::find_if(locals_.rbegin(), locals_.rend(), [&](const Local& local) { return local.name == name; });
  return found == locals_.rend() ? nullptr : &*found;
}

Type Checking::identifier(NodeId id) {
  Node& node = ast_[id];
  if (const Local* const local = find_local(node.name)) {
    node.binding = Binding::local;
    node.slot = static_cast<std::uint32_t>(local - locals_.data());
    node.field = local->field;
    return local->type;
  }
  if (const Field* const variable = environment_.find_variable(node.name)) return bind(id, *variable);
  if (node.name == environment_.instant() && !node.name.empty()) {
    node.binding = Binding::instant;
    return timestamp_type;
  }
  const std::string name(node.name);
  if (environment_.is_record(name))
    return report(id, Problem::syntax, "'" + name + "' is not a value by itself; write " + name + ".<name>",
                  "“" + name + "”不能单独使用，请写成 " + name + ".<属性名>");
  return unknown_variable(id, name);
}

Type Checking::unknown_variable(NodeId id, const std::string& name) {
  std::vector<std::string_view> names = environment_.variable_names();
  for (const Local& local : locals_) names.push_back(local.name);
  std::string suggestion(nearest(name, names));
  // An attribute without its record is the most frequent slip.
  for (const std::string_view record : environment_.variable_names())
    if (environment_.is_record(record)) {
      if (environment_.find_field(record, name)) {
        suggestion = std::string(record) + "." + name;
      } else if (suggestion.empty()) {
        const std::string_view field = nearest(name, environment_.field_names(record));
        if (!field.empty()) suggestion = std::string(record) + "." + std::string(field);
      }
    }
  return report(id, Problem::unknown_name, "unknown name '" + name + "'" + did_you_mean_en(suggestion),
                "未知的名称“" + name + "”" + did_you_mean_zh(suggestion), suggestion);
}

/// `a.b` of a chain of selections from a name; empty for anything else.
std::string Checking::dotted_name(NodeId id) const {
  const Node& node = ast_[id];
  if (node.kind == NodeKind::identifier) return find_local(node.name) ? "" : std::string(node.name);
  if (node.kind != NodeKind::select) return "";
  std::string name = dotted_name(ast_.children(id)[0]);
  return name.empty() ? name : name + "." + std::string(node.name);
}

Type Checking::bind(NodeId id, const Field& field) {
  Node& node = ast_[id];
  node.binding = Binding::slot;
  node.slot = field.slot;
  if (field.literals) node.field = &field;
  return field.type;
}

Type Checking::select(NodeId id) {
  const NodeId operand_id = ast_.children(id)[0];
  const Node& operand = ast_[operand_id];
  const std::string name(ast_[id].name);
  if (operand.kind == NodeKind::identifier && environment_.is_record(operand.name) && !find_local(operand.name)) {
    const Field* const field = environment_.find_field(operand.name, name);
    if (!field) {
      const std::string suggestion(nearest(name, environment_.field_names(operand.name)));
      return report(id, Problem::unknown_name, "unknown attribute '" + name + "'" + did_you_mean_en(suggestion),
                    "未知的属性“" + name + "”" + did_you_mean_zh(suggestion), suggestion);
    }
    return bind(id, *field);
  }
  // A variable may have dots in its name; the longest name wins.
  if (const Field* const variable = environment_.find_variable(dotted_name(id))) return bind(id, *variable);
  const Type type = visit(operand_id);
  if (type == poisoned) return poisoned;
  return report(id, Problem::type_mismatch, to_string(type) + " has no fields; a function is called with parentheses: " + name + "()",
                to_string(type) + " 没有字段；调用函数要带括号：" + name + "()");
}

}  // namespace zhida::cel
