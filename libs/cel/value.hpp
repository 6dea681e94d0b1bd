#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace zhida::cel {

enum class Kind : std::uint8_t { missing, error, boolean, integer, real, string, timestamp, duration, list };

/// A type of the language: a scalar inside `lists` layers of list. `missing` as scalar stands for "any", the element type of `[]`.
struct Type {
  Kind scalar = Kind::missing;
  std::uint8_t lists = 0;

  bool is(Kind kind) const { return lists == 0 && scalar == kind; }
  bool is_list() const { return lists > 0; }
  Type element() const { return {scalar, static_cast<std::uint8_t>(lists - 1)}; }
  Type list_of() const { return {scalar, static_cast<std::uint8_t>(lists + 1)}; }
  bool operator==(const Type&) const = default;
};

inline constexpr Type boolean_type{Kind::boolean}, integer_type{Kind::integer}, real_type{Kind::real}, string_type{Kind::string},
    timestamp_type{Kind::timestamp}, duration_type{Kind::duration}, string_list_type{Kind::string, 1};

/// The type as CEL writes it: `int`, `list(string)`.
std::string to_string(Type type);

/// Why an evaluation failed. A failure is a value (`Kind::error`), so that `&&` and `||` can absorb it.
enum class Fault : std::uint8_t {
  overflow,            ///< an integer, timestamp or duration left its range
  division_by_zero,    ///< `/` or `%` by integer 0
  bad_conversion,      ///< the text or number cannot become the type asked for
  index_out_of_range,  ///< no such list element
  bad_argument,        ///< a function does not take this value (a shift by a negative number)
  bad_regexp,          ///< the pattern does not compile
  bad_zone,            ///< a time zone this program does not know
  outside_table,       ///< a function's table does not cover the argument (a date outside the calendar)
  too_much_work,       ///< the evaluation took more steps than allowed
  too_much_memory,     ///< the evaluation made more text or lists than allowed
};

std::string_view message_en(Fault fault);
std::string_view message_zh(Fault fault);

/// One value of the language, 16 bytes, trivially copyable. Text and lists are views into storage that outlives the evaluation.
/// A default-constructed value is `missing`: the attribute is not known.
class Value {
 public:
  constexpr Value() = default;
  static constexpr Value missing() { return {}; }
  static constexpr Value boolean(bool value) { return {Kind::boolean, 0, value ? 1 : 0}; }
  static constexpr Value integer(std::int64_t value) { return {Kind::integer, 0, value}; }
  static constexpr Value real(double value) {
    Value result{Kind::real, 0, 0};
    result.real_ = value;
    return result;
  }
  /// Views `text`, at most 4 GiB.
  static constexpr Value string(std::string_view text) {
    Value result{Kind::string, static_cast<std::uint32_t>(text.size()), 0};
    result.text_ = text.data();
    return result;
  }
  /// `seconds` since 1970-01-01T00:00:00Z; `nanos` in [0, 1e9) is added.
  static constexpr Value timestamp(std::int64_t seconds, std::uint32_t nanos = 0) { return {Kind::timestamp, nanos, seconds}; }
  /// `seconds` may be negative; `nanos` in [0, 1e9) is added, so -0.5 s is (-1, 500000000).
  static constexpr Value duration(std::int64_t seconds, std::uint32_t nanos = 0) { return {Kind::duration, nanos, seconds}; }
  /// Views `elements`.
  static constexpr Value list(std::span<const Value> elements) {
    Value result{Kind::list, static_cast<std::uint32_t>(elements.size()), 0};
    result.list_ = elements.data();
    return result;
  }
  /// `offset`: where in the text the failing operation stands, in bytes.
  static constexpr Value error(Fault fault, std::uint32_t offset = 0) { return {Kind::error, offset, static_cast<std::int64_t>(fault)}; }

  constexpr Kind kind() const { return kind_; }
  constexpr bool is_missing() const { return kind_ == Kind::missing; }
  constexpr bool is_error() const { return kind_ == Kind::error; }
  /// Neither missing nor an error.
  constexpr bool is_known() const { return kind_ > Kind::error; }
  constexpr bool is_true() const { return kind_ == Kind::boolean && integer_ != 0; }
  constexpr bool is_false() const { return kind_ == Kind::boolean && integer_ == 0; }

  // Each of these may be called only for its own kind.
  constexpr bool as_boolean() const { return integer_ != 0; }
  constexpr std::int64_t as_integer() const { return integer_; }
  constexpr double as_real() const { return real_; }
  constexpr std::string_view as_string() const { return {text_, small_}; }
  constexpr std::int64_t seconds() const { return integer_; }
  constexpr std::uint32_t nanos() const { return small_; }
  constexpr std::span<const Value> as_list() const { return {list_, small_}; }
  constexpr Fault fault() const { return static_cast<Fault>(integer_); }
  constexpr std::uint32_t fault_offset() const { return small_; }

  /// Equality of two known values of one type as CEL has it: NaN differs from itself, lists element by element.
  friend bool equal(const Value& a, const Value& b);
  /// Order of two known values of one orderable type: negative, 0, positive; `unordered` when a NaN is among them.
  friend int compare(const Value& a, const Value& b);
  static constexpr int unordered = 2;

 private:
  constexpr Value(Kind kind, std::uint32_t small, std::int64_t integer) : kind_(kind), small_(small), integer_(integer) {}

  Kind kind_ = Kind::missing;
  std::uint32_t small_ = 0;
  union {
    std::int64_t integer_ = 0;
    double real_;
    const char* text_;
    const Value* list_;
  };
};

bool equal(const Value& a, const Value& b);
int compare(const Value& a, const Value& b);

static_assert(sizeof(Value) == 16);

}  // namespace zhida::cel
