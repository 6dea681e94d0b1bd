#pragma once

#include "domain/date_time.hpp"
#include "domain/enum_names.hpp"
#include "domain/field_error.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace zhida::contracts {

using domain::Checked;
using domain::Date;
using domain::FieldError;
using domain::FieldErrors;
using domain::Instant;
using Json = rapidjson::Value;

/// A parsed JSON text. Strict: valid UTF-8 (lone surrogates too are refused), no member twice in an object, at most
/// `max_depth` levels, nothing behind the value. Parsing does not recurse. Reusable: its buffers serve the next `parse`.
class JsonText {
 public:
  static constexpr int max_depth = 64;

  JsonText();
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  /// The value, which lives until the next `parse`; null if `text` is not such a JSON text: then `error()` says why.
  const Json* parse(std::string_view text);

  /// code `malformed`, offset of the first bad byte in the detail.
  const FieldError& error() const { return error_; }

 private:
  using Allocator = rapidjson::MemoryPoolAllocator<>;

  bool refuse(std::string detail, std::string detail_zh);

  std::vector<char> buffer_;
  Allocator allocator_;
  rapidjson::Document document_;
  FieldError error_;
};

/// Appends `name` as a token of an RFC 6901 pointer.
void append_pointer(std::string& pointer, std::string_view name);

inline std::string_view text_of(const Json& value) { return {value.GetString(), value.GetStringLength()}; }

/// Reads the members of one object into typed variables and collects everything that is wrong, with pointers.
///
/// `required` reports an absent member, `optional` leaves the variable alone when the member is absent or null; both report a wrong type.
/// Readable types: bool, int, std::int64_t, double, std::string, Date (`YYYY-MM-DD`), Instant (RFC 3339), enumerations with
/// `domain::EnumNames`, `std::vector` and `std::optional` of these.
class JsonReader {
 public:
  /// Reports `type` if `value` is not an object; then no member is found and no further error added.
  JsonReader(const Json& value, FieldErrors& errors, std::string pointer = {});

  template <class T>
  void required(std::string_view name, T& out) {
    if (const Json* value = find(name))
      take(*value, child(name), out);
    else if (is_object_)
      missing(name);
  }

  template <class T>
  void optional(std::string_view name, T& out) {
    if (const Json* value = find(name); value != nullptr && !value->IsNull()) take(*value, child(name), out);
  }

  /// A member that must be an object; null after reporting if it is absent or something else.
  const Json* object(std::string_view name);

  /// The elements of a member that is an array; empty if it is absent or null; reports another type.
  std::vector<const Json*> elements(std::string_view name);

  /// The member itself, null if absent.
  const Json* find(std::string_view name) const;

  /// Reports every member that is not in `names`: a misspelt optional member must not be silently ignored.
  void only(std::initializer_list<std::string_view> names);

  void report(std::string_view name, std::string code, std::string detail, std::string detail_zh);

  /// Pointer of member `name`, or of element `index` of it.
  std::string child(std::string_view name) const;
  std::string child(std::string_view name, std::size_t index) const;

  FieldErrors& errors() { return errors_; }
  bool is_object() const { return is_object_; }

 private:
  void missing(std::string_view name);
  bool wrong_type(const std::string& pointer, std::string_view expected, std::string_view expected_zh);

  bool take(const Json& value, const std::string& pointer, bool& out);
  bool take(const Json& value, const std::string& pointer, int& out);
  bool take(const Json& value, const std::string& pointer, std::int64_t& out);
  bool take(const Json& value, const std::string& pointer, double& out);
  bool take(const Json& value, const std::string& pointer, std::string& out);
  bool take(const Json& value, const std::string& pointer, Date& out);
  bool take(const Json& value, const std::string& pointer, Instant& out);

  template <class T>
  bool take(const Json& value, const std::string& pointer, std::optional<T>& out) {
    out.reset();
    if (value.IsNull()) return true;
    T read{};
    if (!take(value, pointer, read)) return false;
    out = std::move(read);
    return true;
  }

  template <class T>
  bool take(const Json& value, const std::string& pointer, std::vector<T>& out) {
    if (!value.IsArray()) return wrong_type(pointer, "an array", "数组");
    out.clear();
    bool good = true;
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
      T element{};
      good = take(value[i], pointer + "/" + std::to_string(i), element) && good;
      out.push_back(std::move(element));
    }
    return good;
  }

  template <class T>
    requires std::is_enum_v<T>
  bool take(const Json& value, const std::string& pointer, T& out) {
    if (!value.IsString()) return wrong_type(pointer, "a string", "字符串");
    if (const auto known = domain::from_name<T>(text_of(value))) {
      out = *known;
      return true;
    }
    return not_one_of(pointer, domain::all_names<T>());
  }

  bool not_one_of(const std::string& pointer, const std::string& names);

  const Json& value_;
  FieldErrors& errors_;
  std::string pointer_;
  bool is_object_;
};

/// Reads a whole text: `read(const JsonReader&) → T` is called with the root object. The errors, if any were reported, else the value.
template <class T, class Read>
Checked<T> read_json(std::string_view text, Read read) {
  JsonText json;
  const Json* value = json.parse(text);
  if (value == nullptr) return {boost::system::in_place_error, FieldErrors{json.error()}};
  FieldErrors errors;
  JsonReader reader(*value, errors);
  T result = read(reader);
  if (!errors.empty()) return {boost::system::in_place_error, std::move(errors)};
  return {boost::system::in_place_value, std::move(result)};
}

/// Appends JSON to a string, without blanks; commas are put where they belong. The caller opens and closes in order.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out), start_(out.size()) {}

  void begin_object() { open('{'); }
  void end_object() { out_.push_back('}'); }
  void begin_array() { open('['); }
  void end_array() { out_.push_back(']'); }

  /// The next value belongs to this member.
  void key(std::string_view name);

  void null();
  void value(bool flag);
  void value(int number) { value(static_cast<std::int64_t>(number)); }
  void value(unsigned number) { value(static_cast<std::uint64_t>(number)); }
  void value(std::int64_t number);
  void value(std::uint64_t number);
  /// Always with a point or an exponent, so that it is read back as a double. `number` must be finite.
  void value(double number);
  void value(std::string_view text);
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(Date date);
  void value(Instant instant);

  template <class T>
    requires std::is_enum_v<T>
  void value(T word) {
    value(domain::name_of(word));
  }
  /// Nothing is written as null.
  template <class T>
  void value(const std::optional<T>& maybe) {
    if (maybe)
      value(*maybe);
    else
      null();
  }
  template <class T>
  void value(const std::vector<T>& elements) {
    begin_array();
    for (const T& element : elements) value(element);
    end_array();
  }

  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  /// The member is left out when there is nothing.
  template <class T>
  void member_if(std::string_view name, const std::optional<T>& content) {
    if (content) member(name, *content);
  }

  /// A value that is JSON already.
  void raw(std::string_view json);
  /// A parsed value as it is.
  void copy(const Json& json);

 private:
  void separate();
  void open(char bracket);

  std::string& out_;
  std::size_t start_;
};

}  // namespace zhida::contracts
