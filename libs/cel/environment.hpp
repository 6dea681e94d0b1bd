#pragma once

#include "cel/arena.hpp"
#include "cel/value.hpp"
#include "cel/zones.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::cel {

/// What is wrong with a literal, for a person.
struct LiteralMistake {
  std::string message_en;
  std::string message_zh;
  std::string suggestion;  ///< nearest allowed value; may be empty
};

/// Looks at a literal the text compares a field with, or passes to a function, while the text is checked.
using LiteralCheck = std::function<std::optional<LiteralMistake>(const Value&)>;

/// How a function's result moves when one argument grows and the others stay.
enum class Trend : std::uint8_t { none, rising, falling };

/// One signature of a function. The implementation is called only with known values of the parameter types.
struct Overload {
  using Call = Value (*)(std::span<const Value> arguments, const void* state, Arena& arena);

  std::string name;              ///< `under`, `math.least`; without the target for a member
  bool member = false;           ///< written `target.name(…)`, the target is the first parameter
  std::vector<Type> parameters;  ///< types of the arguments
  bool variadic = false;         ///< the last parameter may repeat
  Type result;
  Call call = nullptr;
  std::shared_ptr<const void> state = nullptr;  ///< handed to `call`
  /// Per parameter: empty, or the argument must be a literal and pass.
  std::vector<LiteralCheck> literal_checks = {};
  /// Gives a value, never an error, for all known arguments. What is total can be decided once for each word of a vocabulary.
  bool total = false;
  /// Per parameter; empty = nothing is known. Where a total function never falls (or never rises) with an argument, a comparison of its
  /// result with a limit is a range of that argument.
  std::vector<Trend> trends = {};
};

/// The functions a text may call.
class Registry {
 public:
  /// With the functions of the language itself, for the given time zones.
  explicit Registry(std::shared_ptr<const Zones> zones = std::make_shared<const Zones>());
  /// Throws std::invalid_argument when the same signature is there already.
  void add(Overload overload);
  /// All overloads of a name; empty when there is none.
  std::span<const std::shared_ptr<const Overload>> find(std::string_view name, bool member) const;
  bool knows_namespace(std::string_view name) const;
  /// Names for suggestions, in order.
  std::vector<std::string_view> names() const;

 private:
  std::map<std::pair<std::string, bool>, std::vector<std::shared_ptr<const Overload>>, std::less<>> overloads_;
};

/// A named value of a known type at a fixed place among the values an evaluation is given.
struct Field {
  std::string name;
  Type type;
  std::uint32_t slot = 0;
  LiteralCheck literals = {};  ///< for literals compared with it; empty = any
};

/// What a text may name: records with fields (`p.revenue`), plain variables, the evaluation instant, functions.
/// A checked program refers to its environment's functions and must not outlive it.
class Environment {
 public:
  explicit Environment(Registry registry) : registry_(std::move(registry)) {}
  void add_field(std::string_view record, Field field);
  void add_variable(Field variable);
  /// The instant given to each evaluation beside the slots: `asof`.
  void set_instant(std::string_view name) { instant_ = name; }

  const Registry& registry() const { return registry_; }
  bool is_record(std::string_view name) const { return records_.contains(name); }
  const Field* find_field(std::string_view record, std::string_view field) const;
  const Field* find_variable(std::string_view name) const;
  const std::string& instant() const { return instant_; }
  /// Known names for suggestions.
  std::vector<std::string_view> field_names(std::string_view record) const;
  std::vector<std::string_view> variable_names() const;

 private:
  using Fields = std::map<std::string, Field, std::less<>>;
  Registry registry_;
  std::map<std::string, Fields, std::less<>> records_;
  Fields variables_;
  std::string instant_;
};

}  // namespace zhida::cel
