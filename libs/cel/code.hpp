#pragma once

#include "cel/arena.hpp"
#include "cel/ast.hpp"
#include "cel/value.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace re2 {
class RE2;
}

namespace zhida::cel {

enum class Op : std::uint8_t {
  constant,
  slot,
  instant,
  local,
  has,          ///< first: slot
  logical_not,  ///< first
  logical_and,  ///< count operands from first
  logical_or,
  conditional,     ///< three operands from first
  compare,         ///< first, second; test
  compare_slot,    ///< first: slot, with `constant`; test
  in,              ///< first, second: list
  in_set,          ///< first in the list `constant`
  slot_in_set,     ///< first: slot
  slot_meets_set,  ///< first: slot of a list, one of whose elements is in the list `constant`
  negate,
  add,
  subtract,
  multiply,
  divide,
  remainder,  ///< first, second
  index,
  list,     ///< count operands from first
  call,     ///< count operands from first; second: number of the overload
  matches,  ///< first; second: number of the pattern
  all,
  exists,
  exists_one,
  filter,  ///< first: list, second: body, count: number of the local
  map,     ///< first: list, second: body, third operand by `extra`: condition or none
};

enum class Test : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };

/// One node of the tree as the evaluator walks it: 40 bytes, operands by number.
struct Instruction {
  Op op = Op::constant;
  Test test = Test::equal;
  std::uint16_t count = 0;
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  std::uint32_t extra = 0;
  std::uint32_t offset = 0;  ///< in the text, for errors
  Value constant;
};

inline constexpr std::uint32_t no_instruction = 0xFFFFFFFF;

/// A checked tree and what it is lowered to.
struct Code {
  Ast ast;
  std::vector<Instruction> instructions;
  std::vector<std::uint32_t> operands;
  std::vector<std::uint32_t> instruction_of;  ///< by NodeId
  std::vector<const Overload*> calls;
  std::vector<std::unique_ptr<const re2::RE2>> patterns;
  std::vector<std::uint32_t> slots;
  Arena storage{std::size_t{1} << 24};  ///< constant lists and folded values
  std::uint32_t root = 0;

  Code();
  ~Code();
};

std::unique_ptr<Code> lower(Ast checked);

/// The value of one instruction.
Value evaluate(const Code& code, std::uint32_t instruction, std::span<const Value> slots, Value instant, Arena& arena);

/// Sets of at least this many elements are sorted and searched by halving; shorter ones are scanned.
inline constexpr std::size_t sorted_set_size = 12;

}  // namespace zhida::cel
