#include "cel/code.hpp"
#include "cel/regexp.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <new>
#include <optional>

namespace zhida::cel {
namespace {

class Lowering {
 public:
  explicit Lowering(Code& code) : code_(code) {}

  void run() {
    code_.instruction_of.assign(code_.ast.size(), no_instruction);
    code_.root = node(code_.ast.root());
    std::ranges::sort(code_.slots);
    code_.slots.erase(std::unique(code_.slots.begin(), code_.slots.end()), code_.slots.end());
  }

 private:
  std::uint32_t node(NodeId id) {
    std::vector<std::uint32_t> operands;
    const Node& node = code_.ast[id];
    if (node.kind == NodeKind::has) {
      code_.slots.push_back(code_.ast[code_.ast.children(id)[0]].slot);
    } else {
      for (const NodeId child : code_.ast.children(id)) operands.push_back(this->node(child));
    }
    Instruction instruction = translate(id, operands);
    instruction.offset = node.span.begin;
    code_.instructions.push_back(instruction);
    const auto number = static_cast<std::uint32_t>(code_.instructions.size() - 1);
    fold(number, operands);
    code_.instruction_of[id] = number;
    return number;
  }

  Instruction translate(NodeId id, const std::vector<std::uint32_t>& operands) {
    const Node& node = code_.ast[id];
    Instruction result;
    if (!operands.empty()) result.first = operands[0];
    if (operands.size() > 1) result.second = operands[1];
    switch (node.kind) {
      case NodeKind::literal:
        result.op = Op::constant;
        result.constant = node.value;
        return result;
      case NodeKind::identifier:
      case NodeKind::select:
        return named(node);
      case NodeKind::has:
        result.op = Op::has;
        result.first = code_.ast[code_.ast.children(id)[0]].slot;
        return result;
      case NodeKind::list:
        return with_operands(Op::list, operands);
      case NodeKind::logical_and:
        return with_operands(Op::logical_and, operands);
      case NodeKind::logical_or:
        return with_operands(Op::logical_or, operands);
      case NodeKind::conditional:
        return with_operands(Op::conditional, operands);
      case NodeKind::call:
        return call(node, operands);
      case NodeKind::index:
        result.op = Op::index;
        return result;
      case NodeKind::negate:
        result.op = Op::negate;
        return result;
      case NodeKind::logical_not:
        result.op = Op::logical_not;
        return result;
      case NodeKind::equal:
        return compare(Test::equal, operands);
      case NodeKind::not_equal:
        return compare(Test::not_equal, operands);
      case NodeKind::less:
        return compare(Test::less, operands);
      case NodeKind::less_equal:
        return compare(Test::less_equal, operands);
      case NodeKind::greater:
        return compare(Test::greater, operands);
      case NodeKind::greater_equal:
        return compare(Test::greater_equal, operands);
      case NodeKind::in:
        return membership(operands);
      case NodeKind::add:
        result.op = Op::add;
        return result;
      case NodeKind::subtract:
        result.op = Op::subtract;
        return result;
      case NodeKind::multiply:
        result.op = Op::multiply;
        return result;
      case NodeKind::divide:
        result.op = Op::divide;
        return result;
      case NodeKind::remainder:
        result.op = Op::remainder;
        return result;
      case NodeKind::all:
      case NodeKind::exists:
      case NodeKind::exists_one:
      case NodeKind::filter:
      case NodeKind::map:
        return macro(node, operands);
    }
    return result;
  }

  Instruction named(const Node& node) {
    Instruction result;
    result.first = node.slot;
    switch (node.binding) {
      case Binding::local:
        result.op = Op::local;
        break;
      case Binding::instant:
        result.op = Op::instant;
        break;
      default:
        // The `p` of `p.employees` is a name too, but no attribute.
        result.op = Op::slot;
        if (node.binding == Binding::slot) code_.slots.push_back(node.slot);
    }
    return result;
  }

  Instruction with_operands(Op op, const std::vector<std::uint32_t>& operands) {
    Instruction result;
    result.op = op;
    result.count = static_cast<std::uint16_t>(operands.size());
    result.first = static_cast<std::uint32_t>(code_.operands.size());
    code_.operands.insert(code_.operands.end(), operands.begin(), operands.end());
    return result;
  }

  const Instruction& at(std::uint32_t number) const { return code_.instructions[number]; }

  static Test mirrored(Test test) {
    switch (test) {
      case Test::less:
        return Test::greater;
      case Test::less_equal:
        return Test::greater_equal;
      case Test::greater:
        return Test::less;
      case Test::greater_equal:
        return Test::less_equal;
      default:
        return test;
    }
  }

  Instruction compare(Test test, const std::vector<std::uint32_t>& operands) {
    const Instruction &left = at(operands[0]), &right = at(operands[1]);
    Instruction result;
    result.test = test;
    const bool straight = left.op == Op::slot && right.op == Op::constant;
    const bool turned = left.op == Op::constant && right.op == Op::slot;
    if (straight || turned) {
      result.op = Op::compare_slot;
      result.first = straight ? left.first : right.first;
      result.constant = straight ? right.constant : left.constant;
      if (turned) result.test = mirrored(test);
      return result;
    }
    result.op = Op::compare;
    result.first = operands[0];
    result.second = operands[1];
    return result;
  }

  /// The constant list, sorted if it is long; NaN, which equals nothing, is left out so that the order is total.
  Value set_of(const Value& list) {
    const auto elements = list.as_list();
    if (elements.size() < sorted_set_size || elements[0].kind() == Kind::list) return list;
    Value* const sorted = static_cast<Value*>(code_.storage.allocate(elements.size() * sizeof(Value)));
    if (!sorted) throw std::bad_alloc();
    Value* end = std::copy_if(elements.begin(), elements.end(), sorted, [](const Value& v) { return zhida::cel::equal(v, v); });
    std::sort(sorted, end, [](const Value& a, const Value& b) { return zhida::cel::compare(a, b) < 0; });
    return Value::list({sorted, static_cast<std::size_t>(end - sorted)});
  }

  Instruction membership(const std::vector<std::uint32_t>& operands) {
    const Instruction &left = at(operands[0]), &right = at(operands[1]);
    Instruction result;
    result.first = operands[0];
    result.second = operands[1];
    if (right.op != Op::constant || !right.constant.is_known()) {
      result.op = Op::in;
      return result;
    }
    result.op = left.op == Op::slot ? Op::slot_in_set : Op::in_set;
    if (left.op == Op::slot) result.first = left.first;
    result.constant = set_of(right.constant);
    return result;
  }

  Instruction macro(const Node& node, const std::vector<std::uint32_t>& operands) {
    Instruction result;
    result.first = operands[0];
    result.second = operands.back();
    result.count = static_cast<std::uint16_t>(node.slot);
    result.extra = no_instruction;
    switch (node.kind) {
      case NodeKind::all:
        result.op = Op::all;
        break;
      case NodeKind::exists:
        result.op = Op::exists;
        break;
      case NodeKind::exists_one:
        result.op = Op::exists_one;
        break;
      case NodeKind::filter:
        result.op = Op::filter;
        break;
      default:
        result.op = Op::map;
        if (operands.size() == 3) result.extra = operands[1];
    }
    const Instruction &range = at(operands[0]), &body = at(operands.back());
    const bool plain = result.op == Op::exists && range.op == Op::slot && body.op == Op::in_set;
    if (plain && at(body.first).op == Op::local && at(body.first).first == node.slot) {
      result.op = Op::slot_meets_set;
      result.first = range.first;
      result.constant = body.constant;
    }
    return result;
  }

  Instruction call(const Node& node, const std::vector<std::uint32_t>& operands) {
    if (node.overload->name == "matches" && at(operands[1]).op == Op::constant) {
      const std::string_view pattern = at(operands[1]).constant.as_string();
      Instruction result;
      result.op = Op::matches;
      result.first = operands[0];
      result.second = static_cast<std::uint32_t>(code_.patterns.size());
      code_.patterns.push_back(compile_pattern(pattern));
      return result;
    }
    Instruction result = with_operands(Op::call, operands);
    result.second = static_cast<std::uint32_t>(code_.calls.size());
    code_.calls.push_back(node.overload);
    return result;
  }

  /// An operation on constants is done once, here; one that fails is left to fail when it is reached.
  void fold(std::uint32_t number, const std::vector<std::uint32_t>& operands) {
    Instruction& instruction = code_.instructions[number];
    switch (instruction.op) {
      case Op::list:
      case Op::call:
      case Op::negate:
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide:
      case Op::remainder:
        break;
      default:
        return;
    }
    for (const std::uint32_t operand : operands)
      if (at(operand).op != Op::constant) return;
    const Value value = evaluate(code_, number, {}, Value::missing(), code_.storage);
    if (!value.is_known()) return;
    instruction.op = Op::constant;
    instruction.constant = value;
  }

  Code& code_;
};

}  // namespace

Code::Code() = default;
Code::~Code() = default;

std::unique_ptr<Code> lower(Ast checked) {
  auto code = std::make_unique<Code>();
  code->ast = std::move(checked);
  Lowering(*code).run();
  return code;
}

}  // namespace zhida::cel
