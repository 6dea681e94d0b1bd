#pragma once

#include "domain/enterprise/profile.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace zhida::contracts {

class SeenNames;

/// Reads plain JSON in one pass, without a tree: what a million profiles or decisions look like. Plain is: no escapes in texts, numbers
/// without exponents, nothing nested but what the caller asks for. Every function is false at whatever is not plain or not JSON; the
/// caller then reads the text again with `JsonText`, which knows all of JSON and names mistakes. Never accepts what that would refuse.
class PlainCursor {
 public:
  explicit PlainCursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  /// The next character that is no blank is `c`; passes it.
  bool take(char c) {
    skip_blanks();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  /// Nothing but blanks is left.
  bool at_end() {
    skip_blanks();
    return at_ == end_;
  }
  /// Exactly `literal` comes next; passes it.
  bool take(std::string_view literal) {
    if (static_cast<std::size_t>(end_ - at_) < literal.size() || std::memcmp(at_, literal.data(), literal.size()) != 0) return false;
    at_ += literal.size();
    return true;
  }
  /// The text `known`, which was read before, comes next in quotes; passes it.
  bool take_again(std::string_view known) {
    const std::size_t size = known.size();
    if (static_cast<std::size_t>(end_ - at_) < size + 2 || *at_ != '"' || at_[size + 1] != '"') return false;
    if (std::memcmp(at_ + 1, known.data(), size) != 0) return false;
    at_ += size + 2;
    return true;
  }
  /// A text of valid UTF-8, as a view.
  bool text(std::string_view& out);
  /// `"name":`
  bool key(std::string_view& name) { return text(name) && take(':'); }
  /// A value an attribute may have; the elements of a list are appended to `elements`, which must have room for them, else false.
  bool value(enterprise::RawValue& out, std::vector<std::string_view>& elements);
  /// A whole number without a sign.
  bool whole(std::uint64_t& out);
  /// An object whose values are such as attributes may have, with the usual escapes in texts; only passes it. `seen` is used for its names.
  bool pass_object(std::string_view& out, SeenNames& seen);

 private:
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  bool word(std::string_view expected);
  bool number(enterprise::RawValue& out);
  bool pass_scalar();
  bool pass_text();
  bool pass_number();
  bool pass_plain();
  void pass_usual();

  const char* at_;
  const char* end_;
};

/// Whether a name was seen before: quick for the few dozen names of a line.
class SeenNames {
 public:
  /// False if `name` is in the set already; adds it otherwise.
  bool add(std::string_view name);
  void clear();

 private:
  std::vector<std::string_view> names_;
  std::uint64_t bits_[8] = {};
};

}  // namespace zhida::contracts
