#pragma once

#include "cel/arena.hpp"
#include "cel/environment.hpp"
#include "cel/value.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace re2 {
class RE2;
}

namespace zhida::matching {

/// What time a value speaks of.
enum class Per : std::uint8_t { current, last_year, year_before_last, event };
enum class Sensitivity : std::uint8_t { public_, internal, sensitive };

std::string_view to_string(Per per);
std::string_view to_string(Sensitivity sensitivity);

/// One word of a closed vocabulary.
struct Code {
  std::string code;
  std::string label_zh;
};

/// A declared fact about an enterprise.
struct Attribute {
  std::string name;        ///< read as `p.<name>`
  std::uint32_t slot = 0;  ///< position in the dictionary
  cel::Type type;
  std::string unit;         ///< persons, cny, ratio, …; may be empty
  std::vector<Code> codes;  ///< the closed vocabulary; empty = open
  std::string pattern;      ///< for an open vocabulary with a form: the whole value must match; else empty
  std::string table;        ///< name of the code table the vocabulary came from; else empty
  std::string label_zh, label_en, question_zh, source_zh;
  Sensitivity sensitivity = Sensitivity::internal;
  Per per = Per::current;
  std::string aliases, note;
  /// optional: signed, `yes` where a number may be negative.
  bool may_be_negative = false;

  bool closed() const { return !codes.empty(); }
  /// The word of the vocabulary, or nullptr.
  const Code* find_code(std::string_view code) const;

 private:
  friend class Dictionary;
  std::unordered_map<std::string_view, std::uint32_t> code_index_;
  std::shared_ptr<const re2::RE2> expression_;
};

/// A value as some format (JSON, a form) has it, before it is known to suit an attribute. Views the text it came from.
struct RawValue {
  enum class Kind : std::uint8_t { null, boolean, integer, real, text, list, other };
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;
  std::span<const std::string_view> list;  ///< a list of anything but text is `other`

  static RawValue of(bool value);
  static RawValue of(std::int64_t value);
  static RawValue of(double value);
  static RawValue of(std::string_view value);
  static RawValue of(std::span<const std::string_view> value);
};

/// Why a value does not suit its attribute.
struct Mistake {
  std::string message_en;
  std::string message_zh;
};

/// A value of the attribute's type, or what is wrong with it.
struct Reading {
  cel::Value value;  ///< missing when there is a mistake
  std::optional<Mistake> mistake;
};

/// What may be known about an enterprise: attributes in file order. Immutable; never moved once it is shared, because values and
/// environments point into it.
class Dictionary {
 public:
  struct Parsed {
    std::shared_ptr<const Dictionary> dictionary;  ///< null when there is an error
    std::string error;                             ///< line and reason
  };
  /// `attributes_csv`: the columns name, type, unit, values, label_zh, label_en, question_zh, source_zh, sensitivity, per, aliases, note;
  /// optional: signed, `yes` where a number may be negative.
  /// `code_tables`: name of the table → CSV text with columns `code` and `name_zh`, for the attributes whose vocabulary is a table.
  static Parsed parse(std::string_view attributes_csv, const std::map<std::string, std::string>& code_tables);

  std::span<const Attribute> attributes() const { return attributes_; }
  std::size_t size() const { return attributes_.size(); }
  const Attribute& operator[](std::uint32_t slot) const { return attributes_[slot]; }
  const Attribute* find(std::string_view name) const;
  /// The nearest declared name, empty when none is near.
  std::string_view nearest(std::string_view name) const;

  /// The typed value: type, vocabulary, form, range (counts and money not negative and of a sane
  /// size, shares in 0..1 — unless the attribute may be negative; years 1900..2100, or 0 for never; dates that exist in those years).
  /// Dates are `YYYY-MM-DD` and become midnight in Asia/Shanghai. The text of closed vocabularies is the dictionary's own, other text
  /// still views `raw`; list elements are put into `arena` (they are sorted and each is kept once).
  Reading read(const Attribute& attribute, const RawValue& raw, cel::Arena& arena) const;

 private:
  std::vector<Attribute> attributes_;
  std::unordered_map<std::string_view, std::uint32_t> by_name_;
};

/// A value for a person: the vocabulary's word with its code, a date as `2024-12-31`, numbers plain.
std::string render_zh(const Attribute& attribute, const cel::Value& value);

}  // namespace zhida::matching
