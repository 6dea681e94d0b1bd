#include "cel/json.hpp"

#include "cel/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace zhida::cel {
namespace {

class Reader {
 public:
  Reader(std::string_view text, std::size_t most_depth) : text_(text), most_depth_(most_depth) {}

  JsonResult run() {
    Json value = this->value(0);
    blanks();
    if (error_.empty() && at_ != text_.size()) fail("nothing may follow the value");
    if (!error_.empty()) return {std::nullopt, error_};
    return {std::move(value), ""};
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void blanks() {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
  }
  bool accept(char c) {
    blanks();
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  /// Keeps the first mistake; afterwards there is no text left, so everything ends by itself.
  void fail(const std::string& why) {
    if (error_.empty()) error_ = "at " + std::to_string(at_) + ": " + why;
    at_ = text_.size();
  }

  Json value(std::size_t depth) {
    blanks();
    Json json;
    json.offset = at_;
    if (depth > most_depth_) {
      fail("nested too deep");
    } else if (accept('{')) {
      json.kind = Json::Kind::object;
      object(json, depth);
    } else if (accept('[')) {
      json.kind = Json::Kind::array;
      if (accept(']')) return json;
      do json.elements.push_back(value(depth + 1));
      while (accept(','));
      if (!accept(']')) fail("',' or ']' is missing");
    } else if (peek() == '"') {
      json.kind = Json::Kind::string;
      json.text = string();
    } else if (peek() == '-' || (peek() >= '0' && peek() <= '9')) {
      json.kind = Json::Kind::number;
      json.text = number();
    } else {
      word(json);
    }
    return json;
  }

  void object(Json& json, std::size_t depth) {
    if (accept('}')) return;
    do {
      blanks();
      if (peek() != '"') return fail("a name in quotes is missing");
      std::string name = string();
      if (!accept(':')) return fail("':' is missing");
      json.names.push_back(std::move(name));
      json.elements.push_back(value(depth + 1));
    } while (accept(','));
    if (!accept('}')) fail("',' or '}' is missing");
  }

  void word(Json& json) {
    const std::string_view rest = text_.substr(at_);
    for (const auto& [name, kind, truth] :
         {Word{"true", Json::Kind::boolean, true}, Word{"false", Json::Kind::boolean, false}, Word{"null", Json::Kind::null, false}})
      if (rest.starts_with(name)) {
        at_ += name.size();
        json.kind = kind;
        json.boolean = truth;
        return;
      }
    fail("a value is missing");
  }

  void digits() {
    if (peek() < '0' || peek() > '9') fail("a digit is missing");
    while (peek() >= '0' && peek() <= '9') ++at_;
  }

  std::string number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else {
      digits();
    }
    if (peek() == '.') {
      ++at_;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string string() {
    std::string result;
    for (++at_; at_ < text_.size() && peek() != '"';) {
      if (static_cast<unsigned char>(peek()) < 0x20) {
        fail("a control character in a string");
      } else if (peek() == '\\') {
        escape(result);
      } else {
        result += text_[at_++];
      }
    }
    if (at_ >= text_.size()) {
      fail("a string is not closed");
    } else {
      ++at_;
    }
    return result;
  }

  void escape(std::string& result) {
    static constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    ++at_;
    const char letter = peek();
    if (letter == 'u') return code_point(result);
    const std::size_t known = at_ < text_.size() ? letters.find(letter) : std::string_view::npos;
    if (known == std::string_view::npos) return fail("an unknown escape");
    result += meanings[known];
    ++at_;
  }

  void code_point(std::string& result) {
    std::uint32_t point = unit();
    if (point >= 0xD800 && point < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      ++at_;
      const std::uint32_t low = unit();
      point = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00) : 0xD800;
    }
    if (error_.empty() && !append_utf8(result, point)) fail("the escape names no character");
  }

  /// `uXXXX`.
  std::uint32_t unit() {
    std::uint32_t value = 0;
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : (c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1));
      if (digit < 0) {
        fail("four hexadecimal digits are missing");
        return 0;
      }
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
  }

  struct Word {
    std::string_view name;
    Json::Kind kind;
    bool truth;
  };

  std::string_view text_;
  std::size_t most_depth_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

const Json* Json::find(std::string_view name) const {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? nullptr : &elements[static_cast<std::size_t>(found - names.begin())];
}

JsonResult parse_json(std::string_view text, std::size_t most_depth) { return Reader(text, most_depth).run(); }

std::string json_string(std::string_view text) {
  static constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt", hex = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    if (const std::size_t known = special.find(c); known != std::string_view::npos) {
      result += '\\';
      result += letters[known];
    } else if (c >= 0 && c < 0x20) {
      result += "\\u00";
      result += hex[static_cast<std::size_t>(c) >> 4];
      result += hex[static_cast<std::size_t>(c) & 15];
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace zhida::cel
