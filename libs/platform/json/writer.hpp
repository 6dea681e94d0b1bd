#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::json {

/// Appends JSON to a string. It places commas and escapes; that begins and ends match is the caller's part.
///
/// Text must be valid UTF-8. Doubles are written shortest so that they read back equal; NaN and infinities become `null`.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& key(std::string_view name);

  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  Writer& value(bool flag) { return raw(flag ? "true" : "false"); }
  Writer& value(double number);
  Writer& value(std::signed_integral auto number) { return integer(static_cast<std::int64_t>(number)); }
  Writer& value(std::unsigned_integral auto number) { return unsigned_integer(static_cast<std::uint64_t>(number)); }
  Writer& null() { return raw("null"); }
  /// `json` must be one complete value.
  Writer& raw(std::string_view json);

  template <class T>
  Writer& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  Writer& raw_field(std::string_view name, std::string_view json) { return key(name).raw(json); }
  Writer& null_field(std::string_view name) { return key(name).null(); }

 private:
  Writer& open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
  }
  Writer& close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
  }
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }
  Writer& integer(std::int64_t number);
  Writer& unsigned_integer(std::uint64_t number);

  std::string& out_;
  bool comma_ = false;
};

/// Appends `text` as a JSON string with its quotes.
void append_string(std::string& out, std::string_view text);

}  // namespace zhida::json
