#pragma once

#include "cel/program.hpp"
#include "matching/language.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::matching {

/// A condition that no attribute answers; an office determines it per enterprise.
struct ManualCondition {
  std::string name;
  std::string label_zh;
  bool operator==(const ManualCondition&) const = default;
};

/// One condition of a rule: what can be said about it without a profile.
struct Leaf {
  cel::NodeId node = 0;
  std::string text;                    ///< as CEL
  std::vector<std::uint32_t> slots;    ///< attributes it reads, ascending
  std::string operation;               ///< `>=`, `in`, `under`, `has`, `is` (a bare bool); `!in`, `!under`, `is not` when negated
  std::string limit;                   ///< the other side as CEL; empty when there is none
  std::string label_zh, label_en;      ///< of the attributes, joined by 、 and ", "
  std::uint32_t same_as = 0;           ///< index of the first leaf with the same text; itself when it is the first
  std::optional<cel::NodeId> operand;  ///< what is compared with the limit, where it is more than one attribute read plainly
};

struct CompiledRule;
struct CompiledFormula;

/// An eligibility rule: a checked condition and the names of manual conditions. Immutable, cheap to copy.
///
/// The text may say where a manual condition stands, as `manual.NAME`: `p.rd_ratio >= 0.1 || manual.recognised`. It stands there as a
/// condition by itself, not negated. A manual condition that the text does not name must hold besides the text.
class Rule {
 public:
  static CompiledRule compile(std::shared_ptr<const Language> language, std::string_view text, std::vector<ManualCondition> manual = {});

  const std::string& text() const { return parts_->text; }
  /// With negation at the leaves, as CEL.
  const std::string& normalised() const { return parts_->normalised; }
  const cel::Program& program() const { return parts_->program; }
  std::span<const Leaf> leaves() const { return parts_->leaves; }
  std::span<const ManualCondition> manual() const { return parts_->manual; }
  /// Slots of the attributes it reads, ascending.
  std::span<const std::uint32_t> slots() const { return parts_->slots; }
  const Language& language() const { return *parts_->language; }

  /// Whether the text names the manual condition of this number, and whether it names any.
  bool names_manual(std::size_t number) const { return parts_->named[number] != 0; }
  bool names_manual() const { return parts_->environment != nullptr; }
  /// The manual condition that a node of the tree is, if it is one.
  std::optional<std::uint32_t> manual_at(cel::NodeId node) const;

 private:
  struct Parts {
    std::shared_ptr<const Language> language;
    std::shared_ptr<const cel::Environment> environment;  ///< with the manual conditions, if the text names one
    std::vector<std::uint32_t> slots;
    std::vector<std::uint8_t> named;  ///< by manual condition
    std::string text;
    std::string normalised;
    cel::Program program;
    std::vector<Leaf> leaves;
    std::vector<ManualCondition> manual;
  };
  explicit Rule(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

/// A benefit formula: yuan, or the unit of its item, from attributes.
class Formula {
 public:
  /// The result must be an int or a double.
  static CompiledFormula compile(std::shared_ptr<const Language> language, std::string_view text);

  /// The amount rounded down (within a millionth of a whole number it is that number); nothing when an attribute is missing, the evaluation
  /// fails, or the amount is below 0 or beyond 2^53.
  std::optional<std::int64_t> amount(std::span<const cel::Value> slots, cel::Value asof, cel::Arena& arena) const;

  std::span<const std::uint32_t> slots() const { return program_.slots(); }

 private:
  Formula(std::shared_ptr<const Language> language, cel::Program program) : language_(std::move(language)), program_(std::move(program)) {}
  std::shared_ptr<const Language> language_;
  cel::Program program_;
};

/// A rule, or what is wrong with its text.
struct CompiledRule {
  std::optional<Rule> rule;
  std::vector<cel::Diagnostic> diagnostics;  ///< empty exactly when there is a rule
  explicit operator bool() const { return rule.has_value(); }
};

/// A formula, or what is wrong with its text.
struct CompiledFormula {
  std::optional<Formula> formula;
  std::vector<cel::Diagnostic> diagnostics;  ///< empty exactly when there is a formula
  explicit operator bool() const { return formula.has_value(); }
};

}  // namespace zhida::matching
