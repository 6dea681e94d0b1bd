#pragma once

#include "cel/arena.hpp"
#include "cel/diagnostic.hpp"
#include "cel/environment.hpp"
#include "cel/value.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace zhida::cel {

using NodeId = std::uint32_t;

enum class NodeKind : std::uint8_t {
  literal,     ///< `value`
  list,        ///< children: elements
  identifier,  ///< `name`; after the check also a slot, the instant or a loop variable
  select,      ///< child: operand; `name`; after the check a slot
  has,         ///< child: select
  index,       ///< children: list, position
  call,        ///< `name`; children: arguments, for a member call the target first
  negate,      ///< unary minus
  logical_not,
  logical_and,  ///< two or more children
  logical_or,   ///< two or more children
  conditional,  ///< children: condition, then, else
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  add,
  subtract,
  multiply,
  divide,
  remainder,
  all,
  exists,
  exists_one,  ///< children: list, body; `name` is the loop variable
  map,         ///< children: list, body — or list, filter, body
  filter,      ///< children: list, body
};

/// What an identifier or select stands for once it is checked.
enum class Binding : std::uint8_t { none, slot, instant, local };

struct Node {
  NodeKind kind = NodeKind::literal;
  Binding binding = Binding::none;
  bool member = false;       ///< a call written `target.name(…)`
  std::uint16_t height = 1;  ///< longest path to a leaf
  Type type;                 ///< set by the checker
  Span span;                 ///< with parentheses left out
  std::uint32_t first_child = 0;
  std::uint32_t child_count = 0;
  std::uint32_t slot = 0;  ///< slot or number of the loop variable, by `binding`
  Value value;             ///< of a literal
  std::string_view name;
  const Overload* overload = nullptr;  ///< of a checked call
  const Field* field = nullptr;        ///< whose values the node's value comes from, if literals compared with it are checked
};

/// A syntax tree: nodes in one vector, children before their parents. Owns its text and literals.
class Ast {
 public:
  Ast() : storage_(std::size_t{1} << 24) {}
  NodeId add(Node node, std::span<const NodeId> children);
  const Node& operator[](NodeId id) const { return nodes_[id]; }
  Node& operator[](NodeId id) { return nodes_[id]; }
  std::span<const NodeId> children(NodeId id) const { return {children_.data() + nodes_[id].first_child, nodes_[id].child_count}; }
  std::size_t size() const { return nodes_.size(); }
  NodeId root() const { return root_; }
  void set_root(NodeId root) { root_ = root; }
  /// Text that lives as long as the tree.
  std::string_view keep(std::string_view text) { return storage_.copy(text); }

 private:
  std::vector<Node> nodes_;
  std::vector<NodeId> children_;
  NodeId root_ = 0;
  Arena storage_;
};

/// Equal trees: same kinds, names, literals and children; spans and types do not count.
bool same_tree(const Ast& a, NodeId in_a, const Ast& b, NodeId in_b);

}  // namespace zhida::cel
