#include "cel/checker.hpp"

#include "cel/limits.hpp"
#include "cel/nearest.hpp"
#include "cel/print.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace zhida::cel {
namespace {

/// The type of a subtree that has been reported already; whatever holds it is not reported again.
constexpr Type poisoned{Kind::error};

bool is_any(Type type) { return type.scalar == Kind::missing; }

/// Whether a value of type `given` may stand where `wanted` is declared: `[]` suits every list.
bool assignable(Type wanted, Type given) {
  if (wanted == given || given == poisoned) return true;
  if (is_any(given)) return wanted.lists >= given.lists;
  return is_any(wanted) && given.lists >= wanted.lists;
}

std::string operator_sign(NodeKind kind) {
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

class Checker {
 public:
  Checker(Ast& ast, const Environment& environment, Diagnostics& diagnostics)
      : ast_(ast), environment_(environment), diagnostics_(diagnostics) {}

  Type visit(NodeId id) {
    const Type type = type_of(id);
    ast_[id].type = type;
    return type;
  }

 private:
  struct Local {
    std::string_view name;
    Type type;
    const Field* field;
    NodeId range;
  };

  Type report(NodeId id, Problem problem, std::string en, std::string zh, std::string suggestion = {}) {
    diagnostics_.add(ast_[id].span, problem, std::move(en), std::move(zh), std::move(suggestion));
    return poisoned;
  }

  Type type_of(NodeId id) {
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::literal:
        return {node.value.kind()};
      case NodeKind::list:
        return list(id);
      case NodeKind::identifier:
        return identifier(id);
      case NodeKind::select:
        return select(id);
      case NodeKind::has:
        visit(ast_.children(id)[0]);
        return boolean_type;
      case NodeKind::index:
        return index(id);
      case NodeKind::call:
        return call(id);
      case NodeKind::negate:
        return negate(id);
      case NodeKind::logical_not:
      case NodeKind::logical_and:
      case NodeKind::logical_or:
        for (const NodeId child : ast_.children(id)) require_boolean(child, operator_sign(node.kind));
        return boolean_type;
      case NodeKind::conditional:
        return conditional(id);
      case NodeKind::equal:
      case NodeKind::not_equal:
        return equality(id);
      case NodeKind::less:
      case NodeKind::less_equal:
      case NodeKind::greater:
      case NodeKind::greater_equal:
        return order(id);
      case NodeKind::in:
        return membership(id);
      case NodeKind::add:
      case NodeKind::subtract:
      case NodeKind::multiply:
      case NodeKind::divide:
      case NodeKind::remainder:
        return arithmetic(id);
      default:
        return macro(id);
    }
  }

  void require_boolean(NodeId id, const std::string& place) {
    const Type type = visit(id);
    if (type.is(Kind::boolean) || type == poisoned) return;
    report(id, Problem::type_mismatch, "'" + place + "' takes bool, this is " + to_string(type),
           "“" + place + "”的操作数应为 bool，此处是 " + to_string(type));
  }

  const Local* find_local(std::string_view name) const {
    const auto found = std::find_if(locals_.rbegin(), locals_.rend(), [&](const Local& local) { return local.name == name; });
    return found == locals_.rend() ? nullptr : &*found;
  }

  Type identifier(NodeId id) {
    Node& node = ast_[id];
    if (const Local* const local = find_local(node.name)) {
      node.binding = Binding::local;
      node.slot = static_cast<std::uint32_t>(local - locals_.data());
      node.field = local->field;
      return local->type;
    }
    if (const Field* const variable = environment_.find_variable(node.name)) {
      node.binding = Binding::slot;
      node.slot = variable->slot;
      if (variable->literals) node.field = variable;
      return variable->type;
    }
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

  Type unknown_variable(NodeId id, const std::string& name) {
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

  static std::string did_you_mean_en(const std::string& suggestion) {
    return suggestion.empty() ? "" : "; did you mean '" + suggestion + "'?";
  }
  static std::string did_you_mean_zh(const std::string& suggestion) { return suggestion.empty() ? "" : "，是否应为“" + suggestion + "”？"; }

  Type select(NodeId id) {
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
      Node& node = ast_[id];
      node.binding = Binding::slot;
      node.slot = field->slot;
      if (field->literals) node.field = field;
      return field->type;
    }
    const Type type = visit(operand_id);
    if (type == poisoned) return poisoned;
    return report(id, Problem::type_mismatch, to_string(type) + " has no fields; a function is called with parentheses: " + name + "()",
                  to_string(type) + " 没有字段；调用函数要带括号：" + name + "()");
  }

  Type list(NodeId id) {
    Type element;
    for (const NodeId child : ast_.children(id)) {
      const Type type = visit(child);
      if (type == poisoned) return poisoned;
      if (is_any(element) && type.lists >= element.lists) element = type;
      if (!assignable(element, type))
        return report(child, Problem::type_mismatch, "a list holds one type: this is " + to_string(type) + " among " + to_string(element),
                      "列表元素类型须一致：此处是 " + to_string(type) + "，其余是 " + to_string(element), number_hint(child, element));
    }
    return element.list_of();
  }

  Type index(NodeId id) {
    const NodeId list = ast_.children(id)[0], position = ast_.children(id)[1];
    const Type type = visit(list), at = visit(position);
    if (type == poisoned || at == poisoned) return poisoned;
    if (!type.is_list())
      return report(list, Problem::type_mismatch, "only lists have elements; this is " + to_string(type),
                    "只有列表可以取元素，此处是 " + to_string(type));
    if (!at.is(Kind::integer))
      return report(position, Problem::type_mismatch, "a position is an int, this is " + to_string(at),
                    "下标应为 int，此处是 " + to_string(at));
    ast_[id].field = ast_[list].field;
    return type.element();
  }

  Type negate(NodeId id) {
    const Type type = visit(ast_.children(id)[0]);
    if (type == poisoned || type.is(Kind::integer) || type.is(Kind::real)) return type;
    return report(id, Problem::type_mismatch, "'-' takes a number, this is " + to_string(type),
                  "“-”的操作数应为数字，此处是 " + to_string(type));
  }

  Type conditional(NodeId id) {
    const auto children = ast_.children(id);
    const NodeId condition = children[0], then_id = children[1], else_id = children[2];
    require_boolean(condition, "?:");
    const Type then = visit(then_id), otherwise = visit(else_id);
    if (then == poisoned || otherwise == poisoned) return poisoned;
    if (assignable(then, otherwise)) return then;
    if (assignable(otherwise, then)) return otherwise;
    return mismatch(id, then_id, else_id, then, otherwise);
  }

  /// How to write a literal so that it suits the type it meets; empty when there is no simple way.
  std::string number_hint(NodeId id, Type wanted) const {
    const Node& node = ast_[id];
    if (wanted.is(Kind::real) && node.type.is(Kind::integer))
      return node.kind == NodeKind::literal ? std::to_string(node.value.as_integer()) + ".0" : "double(" + print(ast_, id) + ")";
    if (wanted.is(Kind::timestamp) && node.kind == NodeKind::literal && node.type.is(Kind::string)) {
      const std::string text(node.value.as_string());
      return "timestamp(\"" + text + (text.size() == 10 ? "T00:00:00+08:00" : "") + "\")";
    }
    if (wanted.is(Kind::string) && node.kind == NodeKind::literal && node.type.is(Kind::integer))
      return "\"" + std::to_string(node.value.as_integer()) + "\"";
    return {};
  }

  Type mismatch(NodeId id, NodeId left, NodeId right, Type a, Type b) {
    std::string hint = number_hint(right, a);
    if (hint.empty()) hint = number_hint(left, b);
    const std::string sign = operator_sign(ast_[id].kind);
    return report(id, Problem::type_mismatch,
                  "'" + sign + "' cannot join " + to_string(a) + " and " + to_string(b) + (hint.empty() ? "" : "; write " + hint),
                  "“" + sign + "”不能用于 " + to_string(a) + " 和 " + to_string(b) + (hint.empty() ? "" : "，请写成 " + hint), hint);
  }

  Type equality(NodeId id) {
    const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
    const Type a = visit(left), b = visit(right);
    if (a == poisoned || b == poisoned) return boolean_type;
    if (!assignable(a, b) && !assignable(b, a)) return mismatch(id, left, right, a, b), boolean_type;
    check_literals(left, right);
    check_literals(right, left);
    return boolean_type;
  }

  Type order(NodeId id) {
    const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
    const Type a = visit(left), b = visit(right);
    if (a == poisoned || b == poisoned) return boolean_type;
    if (a != b || a.is_list()) mismatch(id, left, right, a, b);
    return boolean_type;
  }

  Type membership(NodeId id) {
    const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
    const Type a = visit(left), b = visit(right);
    if (a == poisoned || b == poisoned) return boolean_type;
    if (!b.is_list()) {
      report(right, Problem::type_mismatch, "'in' takes a list on its right, this is " + to_string(b),
             "“in”右边应为列表，此处是 " + to_string(b));
    } else if (!assignable(b.element(), a)) {
      const std::string hint = number_hint(left, b.element());
      report(id, Problem::type_mismatch,
             "'in' looks for " + to_string(a) + " in a " + to_string(b) + (hint.empty() ? "" : "; write " + hint),
             "“in”左边是 " + to_string(a) + "，右边是 " + to_string(b) + (hint.empty() ? "" : "，请写成 " + hint), hint);
    } else {
      check_literals(left, right);
      check_literals(right, left);
    }
    return boolean_type;
  }

  /// Literals that `other` may give are held against the field that the values of `of` come from.
  void check_literals(NodeId of, NodeId other) {
    const Field* const field = ast_[of].field;
    if (field) check_literals(*field, other);
  }

  void check_literals(const Field& field, NodeId id) {
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::literal:
        if (auto mistake = field.literals(node.value))
          report(id, Problem::unknown_literal, std::move(mistake->message_en), std::move(mistake->message_zh),
                 std::move(mistake->suggestion));
        return;
      case NodeKind::list:
        for (const NodeId element : ast_.children(id)) check_literals(field, element);
        return;
      case NodeKind::conditional:
        check_literals(field, ast_.children(id)[1]);
        check_literals(field, ast_.children(id)[2]);
        return;
      case NodeKind::identifier:
        if (node.binding == Binding::local && node.slot < locals_.size()) {
          const NodeId range = locals_[node.slot].range;
          if (ast_[range].kind == NodeKind::list) check_literals(field, range);
        }
        return;
      default:
        return;
    }
  }

  Type arithmetic(NodeId id) {
    const NodeKind kind = ast_[id].kind;
    const NodeId left = ast_.children(id)[0], right = ast_.children(id)[1];
    const Type a = visit(left), b = visit(right);
    if (a == poisoned || b == poisoned) return poisoned;
    const bool sum = kind == NodeKind::add, difference = kind == NodeKind::subtract;
    if (a.is(Kind::integer) && b.is(Kind::integer)) return a;
    if (a.is(Kind::real) && b.is(Kind::real) && kind != NodeKind::remainder) return a;
    if (sum && a.is(Kind::string) && b.is(Kind::string)) return a;
    if (sum && a.is_list() && b.is_list() && (assignable(a, b) || assignable(b, a))) return is_any(a) ? b : a;
    if ((sum || difference) && b.is(Kind::duration) && (a.is(Kind::timestamp) || a.is(Kind::duration))) return a;
    if (sum && a.is(Kind::duration) && b.is(Kind::timestamp)) return b;
    if (difference && a.is(Kind::timestamp) && b.is(Kind::timestamp)) return duration_type;
    return mismatch(id, left, right, a, b);
  }

  Type macro(NodeId id) {
    const NodeKind kind = ast_[id].kind;
    const std::vector<NodeId> children(ast_.children(id).begin(), ast_.children(id).end());
    const Type range = visit(children[0]);
    if (range == poisoned) return poisoned;
    if (!range.is_list())
      return report(children[0], Problem::type_mismatch, "this runs over a list, not over " + to_string(range),
                    "此处应为列表，却是 " + to_string(range));
    if (locals_.size() >= most_nested_macros)
      return report(id, Problem::too_long, "macros nested deeper than " + std::to_string(most_nested_macros),
                    "列表运算嵌套超过" + std::to_string(most_nested_macros) + "层");
    ast_[id].slot = static_cast<std::uint32_t>(locals_.size());
    locals_.push_back({ast_[id].name, range.element(), ast_[children[0]].field, children[0]});
    const NodeId body = children.back();
    Type result = boolean_type;
    if (kind == NodeKind::map) {
      if (children.size() == 3) require_boolean(children[1], "map");
      const Type element = visit(body);
      result = element == poisoned ? poisoned : element.list_of();
    } else {
      static constexpr const char* names[] = {"all", "exists", "exists_one", "map", "filter"};
      require_boolean(body, names[static_cast<int>(kind) - static_cast<int>(NodeKind::all)]);
      if (kind == NodeKind::filter) {
        result = range;
        ast_[id].field = ast_[children[0]].field;
      }
    }
    locals_.pop_back();
    return result;
  }

  /// `math.least(…)` is parsed as a call on a target `math`: drop the target when it names a family of functions.
  void join_namespace(NodeId id) {
    Node& node = ast_[id];
    if (!node.member) return;
    const Node& target = ast_[ast_.children(id)[0]];
    if (target.kind != NodeKind::identifier || find_local(target.name) || environment_.find_variable(target.name)) return;
    if (!environment_.registry().knows_namespace(target.name)) return;
    node.name = ast_.keep(std::string(target.name) + "." + std::string(node.name));
    node.member = false;
    ++node.first_child;
    --node.child_count;
  }

  Type call(NodeId id) {
    join_namespace(id);
    const std::vector<NodeId> arguments(ast_.children(id).begin(), ast_.children(id).end());
    std::vector<Type> types;
    for (const NodeId argument : arguments) types.push_back(visit(argument));
    const std::string name(ast_[id].name);
    const bool member = ast_[id].member;
    const auto overloads = environment_.registry().find(name, member);
    if (overloads.empty()) return unknown_function(id, name, member);
    if (std::ranges::find(types, poisoned) != types.end()) return known_result(overloads);
    for (const auto& overload : overloads)
      if (accepts(*overload, types)) {
        ast_[id].overload = overload.get();
        check_arguments(*overload, arguments);
        return check_conversion(*overload, arguments);
      }
    return no_overload(id, name, overloads, arguments, types);
  }

  static bool accepts(const Overload& overload, const std::vector<Type>& given) {
    const std::size_t declared = overload.parameters.size();
    if (given.size() != declared && !(overload.variadic && given.size() > declared)) return false;
    for (std::size_t i = 0; i < given.size(); ++i)
      if (!assignable(overload.parameters[std::min(i, declared - 1)], given[i])) return false;
    return true;
  }

  /// The result type where the arguments are in doubt but every overload gives the same.
  static Type known_result(std::span<const std::shared_ptr<const Overload>> overloads) {
    for (const auto& overload : overloads)
      if (overload->result != overloads[0]->result) return poisoned;
    return overloads[0]->result;
  }

  void check_arguments(const Overload& overload, const std::vector<NodeId>& arguments) {
    for (std::size_t i = 0; i < arguments.size() && i < overload.literal_checks.size(); ++i) {
      if (!overload.literal_checks[i]) continue;
      const Node& argument = ast_[arguments[i]];
      if (argument.kind != NodeKind::literal) {
        report(arguments[i], Problem::unsupported, "this argument of " + overload.name + " must be a literal",
               overload.name + " 的这个参数必须是字面值");
      } else if (auto mistake = overload.literal_checks[i](argument.value)) {
        report(arguments[i], Problem::unknown_literal, std::move(mistake->message_en), std::move(mistake->message_zh),
               std::move(mistake->suggestion));
      }
    }
  }

  /// A date that does not exist is a mistake in the text, not a failure later.
  Type check_conversion(const Overload& overload, const std::vector<NodeId>& arguments) {
    const bool conversion = overload.name == "timestamp" || overload.name == "duration";
    if (conversion && ast_[arguments[0]].kind == NodeKind::literal) {
      Arena arena;
      if (overload.call(std::span(&ast_[arguments[0]].value, 1), nullptr, arena).is_error()) {
        const std::string form = overload.name == "timestamp" ? "2024-12-31T00:00:00+08:00" : "1h30m";
        report(arguments[0], Problem::bad_literal, "this is no " + overload.name + "; one is written \"" + form + "\"",
               (overload.name == "timestamp" ? "不是有效的时间，写法如“" : "不是有效的时长，写法如“") + form + "”",
               number_hint(arguments[0], overload.result));
      }
    }
    return overload.result;
  }

  Type unknown_function(NodeId id, const std::string& name, bool member) {
    std::string suggestion;
    if (!environment_.registry().find(name, !member).empty()) {
      suggestion = member ? name + "(…)" : "x." + name + "(…)";
    } else {
      suggestion = std::string(nearest(name, environment_.registry().names()));
    }
    return report(id, Problem::unknown_name, "unknown function '" + name + "'" + did_you_mean_en(suggestion),
                  "未知的函数“" + name + "”" + did_you_mean_zh(suggestion), suggestion);
  }

  Type no_overload(NodeId id, const std::string& name, std::span<const std::shared_ptr<const Overload>> overloads,
                   const std::vector<NodeId>& arguments, const std::vector<Type>& types) {
    const auto signature = [](const std::vector<Type>& list, bool variadic) {
      std::string text = "(";
      for (const Type type : list) text += (text.size() > 1 ? ", " : "") + to_string(type);
      return text + (variadic ? ", …)" : ")");
    };
    std::string takes, hint;
    for (const auto& overload : overloads) {
      takes += (takes.empty() ? "" : " / ") + signature(overload->parameters, overload->variadic);
      for (std::size_t i = 0; i < types.size() && i < overload->parameters.size(); ++i)
        if (hint.empty() && overload->parameters.size() == types.size() && overload->parameters[i] != types[i])
          hint = number_hint(arguments[i], overload->parameters[i]);
    }
    const std::string given = signature(types, false);
    return report(id, Problem::type_mismatch, name + " does not take " + given + "; it takes " + takes,
                  "函数 " + name + " 不接受 " + given + "，可接受 " + takes, hint);
  }

  Ast& ast_;
  const Environment& environment_;
  Diagnostics& diagnostics_;
  std::vector<Local> locals_;
};

}  // namespace

bool resolve(Ast& ast, const Environment& environment, std::optional<Type> expected, Diagnostics& diagnostics) {
  const Type type = Checker(ast, environment, diagnostics).visit(ast.root());
  if (type != poisoned && expected && !assignable(*expected, type))
    diagnostics.add(ast[ast.root()].span, Problem::type_mismatch,
                    "the text must give " + to_string(*expected) + ", this is " + to_string(type),
                    "表达式的结果应为 " + to_string(*expected) + "，此处是 " + to_string(type));
  return diagnostics.empty();
}

}  // namespace zhida::cel
