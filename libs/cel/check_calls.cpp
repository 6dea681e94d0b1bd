#include "cel/checking.hpp"

#include "cel/limits.hpp"
#include "cel/nearest.hpp"

#include <algorithm>

namespace zhida::cel {
namespace {

bool accepts(const Overload& overload, const std::vector<Type>& given) {
  const std::size_t declared = overload.parameters.size();
  if (given.size() != declared && !(overload.variadic && given.size() > declared)) return false;
  for (std::size_t i = 0; i < given.size(); ++i)
    if (!assignable(overload.parameters[std::min(i, declared - 1)], given[i])) return false;
  return true;
}

/// The result type where the arguments are in doubt but every overload gives the same.
Type known_result(std::span<const std::shared_ptr<const Overload>> overloads) {
  for (const auto& overload : overloads)
    if (overload->result != overloads[0]->result) return poisoned;
  return overloads[0]->result;
}

}  // namespace

/// `math.least(…)` is parsed as a call on a target `math`: drop the target when it names a family of functions.
void Checking::join_namespace(NodeId id) {
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

Type Checking::call(NodeId id) {
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
      // Where several would do, elements of an empty list decide nothing: there are none.
      const bool only = std::ranges::count_if(overloads, [&](const auto& other) { return accepts(*other, types); }) == 1;
      for (std::size_t i = 0; only && i < arguments.size(); ++i)
        settle(arguments[i], overload->parameters[std::min(i, overload->parameters.size() - 1)]);
      check_arguments(*overload, arguments);
      if (name == "matches" && ++patterns_ > most_patterns)
        return report(id, Problem::too_long, "more than " + std::to_string(most_patterns) + " patterns",
                      "正则表达式超过" + std::to_string(most_patterns) + "个");
      return check_conversion(*overload, arguments);
    }
  return no_overload(id, name, overloads, arguments, types);
}

void Checking::check_arguments(const Overload& overload, const std::vector<NodeId>& arguments) {
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
Type Checking::check_conversion(const Overload& overload, const std::vector<NodeId>& arguments) {
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

Type Checking::unknown_function(NodeId id, const std::string& name, bool member) {
  std::string suggestion;
  if (!environment_.registry().find(name, !member).empty()) {
    suggestion = member ? name + "(…)" : "x." + name + "(…)";
  } else {
    suggestion = std::string(nearest(name, environment_.registry().names()));
  }
  return report(id, Problem::unknown_name, "unknown function '" + name + "'" + did_you_mean_en(suggestion),
                "未知的函数“" + name + "”" + did_you_mean_zh(suggestion), suggestion);
}

Type Checking::no_overload(NodeId id, const std::string& name, std::span<const std::shared_ptr<const Overload>> overloads,
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

}  // namespace zhida::cel
