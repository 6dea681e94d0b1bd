#include "platform/json/document.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace zhida::json {
namespace {

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

/// Stands between RapidJSON's reader and the tree it builds: counts depth, watches names and numbers.
class Checker {
 public:
  using Ch = char;

  Checker(rapidjson::Document& tree, std::size_t depth) : tree_(tree), most_depth_(depth) {}

  bool Null() { return begin_value() && tree_.Null(); }
  bool Bool(bool flag) { return begin_value() && tree_.Bool(flag); }
  bool Int(int) { return false; }  // every number comes as RawNumber
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return begin_value() && number(std::string_view(text, length)); }
  bool String(const char* text, rapidjson::SizeType length, bool copy) { return begin_value() && tree_.String(text, length, copy); }
  bool StartObject() { return begin_value() && enter(true) && tree_.StartObject(); }
  bool StartArray() { return begin_value() && enter(false) && tree_.StartArray(); }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) {
    names_.emplace_back(text, length);
    levels_.back().name = names_.back();
    return tree_.Key(text, length, copy);
  }
  bool EndObject(rapidjson::SizeType members) {
    const auto first = names_.begin() + static_cast<std::ptrdiff_t>(levels_.back().first_name);
    std::sort(first, names_.end());
    if (const auto twice = std::adjacent_find(first, names_.end()); twice != names_.end()) {
      levels_.back().name = *twice;
      return refuse("duplicate_member", "the object has two members called \"" + std::string(*twice) + "\"",
                    "对象中有两个名为“" + std::string(*twice) + "”的成员");
    }
    names_.erase(first, names_.end());
    levels_.pop_back();
    return tree_.EndObject(members);
  }
  bool EndArray(rapidjson::SizeType elements) {
    levels_.pop_back();
    return tree_.EndArray(elements);
  }

  std::string pointer() const {
    std::string path;
    for (const Level& level : levels_) {
      if (level.is_object && !level.name.data()) break;
      append_token(path, level.is_object ? std::string(level.name) : std::to_string(level.elements == 0 ? 0 : level.elements - 1));
    }
    return path;
  }

  FieldError refusal;  ///< why this checker stopped the parse; no code = it did not

 private:
  struct Level {
    bool is_object;
    std::size_t first_name;
    std::string_view name;
    std::size_t elements = 0;
  };

  bool begin_value() {
    if (!levels_.empty() && !levels_.back().is_object) ++levels_.back().elements;
    return true;
  }

  bool enter(bool is_object) {
    if (levels_.size() >= most_depth_)
      return refuse("too_deep", "nested deeper than " + std::to_string(most_depth_) + " levels",
                    "嵌套超过 " + std::to_string(most_depth_) + " 层");
    levels_.push_back({is_object, names_.size(), {}});
    return true;
  }

  bool number(std::string_view text) {
    const char* end = text.data() + text.size();
    if (text.find_first_of(".eE") == std::string_view::npos) {
      if (std::int64_t integer = 0; std::from_chars(text.data(), end, integer).ec == std::errc())
        return text == "-0" ? tree_.Double(-0.0) : tree_.Int64(integer);
      if (std::uint64_t integer = 0; std::from_chars(text.data(), end, integer).ec == std::errc()) return tree_.Uint64(integer);
    } else {
      double real = 0;
      const auto outcome = std::from_chars(text.data(), end, real);
      if (outcome.ec == std::errc() && std::isfinite(real)) return tree_.Double(real);
      if (is_tiny(text)) return tree_.Double(0.0);
    }
    return refuse("number_out_of_range", "the number " + std::string(text.substr(0, 40)) + " is out of range",
                  "数值 " + std::string(text.substr(0, 40)) + " 超出范围");
  }

  /// Of a number from_chars finds out of range: too near to zero, not too far from it.
  static bool is_tiny(std::string_view text) {
    const auto exponent = text.find_first_of("eE");
    if (exponent == std::string_view::npos) return text.starts_with("0.") || text.starts_with("-0.");
    return text.substr(exponent + 1).starts_with('-');
  }

  bool refuse(std::string code, std::string detail, std::string detail_zh) {
    refusal = FieldError{pointer(), std::move(code), std::move(detail), std::move(detail_zh)};
    return false;
  }

  rapidjson::Document& tree_;
  std::size_t most_depth_;
  std::vector<Level> levels_;
  std::vector<std::string_view> names_;  // of all open objects; views into the text parsed in place
};

FieldError explain(rapidjson::ParseErrorCode code, std::string pointer) {
  using namespace rapidjson;
  const auto error = [&](const char* word, const char* en, const char* zh) { return FieldError{std::move(pointer), word, en, zh}; };
  switch (code) {
    case kParseErrorDocumentEmpty:
      return error("empty", "there is no value", "内容为空");
    case kParseErrorDocumentRootNotSingular:
      return error("trailing_text", "there is text after the value", "值之后还有多余内容");
    case kParseErrorStringInvalidEncoding:
      return error("invalid_utf8", "a string is not valid UTF-8", "字符串不是有效的 UTF-8");
    case kParseErrorNumberTooBig:
      return error("number_out_of_range", "a number is out of range", "数值超出范围");
    case kParseErrorStringMissQuotationMark:
      return error("malformed", "a string has no end or holds a control character", "字符串未结束或含有控制字符");
    case kParseErrorStringUnicodeSurrogateInvalid:
      return error("malformed", "a \\u escape is half a surrogate pair", "\\u 转义的代理对不完整");
    default:
      break;
  }
  return error("malformed", GetParseError_En(code), "JSON 语法错误");
}

}  // namespace

Parsed parse(std::string text, ParseLimits limits) {
  ParseError error;
  if (text.size() > limits.bytes) {
    error.field = {"", "too_large", "longer than " + std::to_string(limits.bytes) + " bytes",
                   "超过 " + std::to_string(limits.bytes) + " 字节"};
    return error;
  }
  if (const auto nul = text.find('\0'); nul != std::string::npos) {  // the in-place reader would take it for the end
    error.offset = nul;
    error.field = {"", "malformed", "there is a NUL byte", "含有 NUL 字节"};
    return error;
  }
  Document document;
  document.text_ = std::make_unique<std::string>(std::move(text));
  document.tree_ = std::make_unique<rapidjson::Document>();

  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::Reader reader;
  rapidjson::InsituStringStream stream(document.text_->data());
  FieldError refusal;
  std::string where;
  const auto generate = [&](rapidjson::Document& tree) {
    Checker checker(tree, limits.depth);
    const bool complete = !reader.Parse<flags>(stream, checker).IsError();
    if (!complete) where = checker.pointer();
    refusal = std::move(checker.refusal);
    return complete;
  };
  document.tree_->Populate(generate);
  if (!reader.HasParseError()) return document;
  error.offset = reader.GetErrorOffset();
  error.field = refusal.code.empty() ? explain(reader.GetParseErrorCode(), std::move(where)) : std::move(refusal);
  return error;
}

const Value* find(const Value& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(rapidjson::Value(rapidjson::StringRef(name.data() != nullptr ? name.data() : "", name.size())));
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string pointer_to(std::string_view parent, std::string_view token) {
  std::string path(parent);
  append_token(path, token);
  return path;
}

}  // namespace zhida::json
