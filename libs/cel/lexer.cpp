#include "cel/lexer.hpp"

#include "cel/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace zhida::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Lexer {
 public:
  Lexer(std::string_view text, Diagnostics& diagnostics) : text_(text), diagnostics_(diagnostics) {}

  std::vector<Token> run() {
    while (skip_blanks()) next();
    Token end;
    end.span = {offset(), offset()};
    tokens_.push_back(end);
    return std::move(tokens_);
  }

 private:
  std::uint32_t offset() const { return static_cast<std::uint32_t>(at_); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_end() const { return at_ >= text_.size(); }

  /// False at the end of the text.
  bool skip_blanks() {
    while (!at_end()) {
      const char c = peek();
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        ++at_;
      } else if (c == '/' && peek(1) == '/') {
        while (!at_end() && peek() != '\n') ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  void push(TokenKind kind, std::size_t begin) {
    Token token;
    token.kind = kind;
    token.span = {static_cast<std::uint32_t>(begin), offset()};
    tokens_.push_back(std::move(token));
  }

  void fail(std::size_t begin, Problem problem, std::string en, std::string zh, std::string suggestion = {}) {
    diagnostics_.add({static_cast<std::uint32_t>(begin), offset()}, problem, std::move(en), std::move(zh), std::move(suggestion));
  }

  void next() {
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (string_prefix()) return;
    if (is_letter(c)) return word();
    symbol();
  }

  bool string_prefix() {
    std::size_t ahead = 0;
    bool raw = false, bytes = false;
    while (ahead < 2 && (peek(ahead) == 'r' || peek(ahead) == 'R' || peek(ahead) == 'b' || peek(ahead) == 'B')) {
      (peek(ahead) == 'r' || peek(ahead) == 'R' ? raw : bytes) = true;
      ++ahead;
    }
    if (peek(ahead) != '"' && peek(ahead) != '\'') return false;
    const std::size_t begin = at_;
    at_ += ahead;
    string(begin, raw);
    if (bytes) fail(begin, Problem::unsupported, "bytes are not part of this language", "本语言不支持字节串（bytes）");
    return true;
  }

  void word() {
    const std::size_t begin = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name == "true") return push(TokenKind::true_word, begin);
    if (name == "false") return push(TokenKind::false_word, begin);
    if (name == "null") return push(TokenKind::null_word, begin);
    if (name == "in") return push(TokenKind::in_word, begin);
    static constexpr std::array reserved{"as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
                                         "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};
    for (const std::string_view other : reserved)
      if (name == other) return push(TokenKind::reserved_word, begin);
    push(TokenKind::identifier, begin);
  }

  void number() {
    const std::size_t begin = at_;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      at_ += 2;
      while (is_hex(peek())) ++at_;
      return integer(begin, begin + 2, 16);
    }
    bool real = false;
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      real = true;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
      real = true;
      at_ += 1 + sign;
      while (is_digit(peek())) ++at_;
    }
    if (!real) return integer(begin, begin, 10);
    if (bad_tail(begin)) return;
    const std::optional<double> value = real_number(text_.substr(begin, at_ - begin));
    if (!value) return fail(begin, Problem::bad_literal, "the number is out of range", "数字超出范围");
    push(TokenKind::real, begin);
    tokens_.back().real = *value;
  }

  void integer(std::size_t begin, std::size_t digits, int base) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + digits, text_.data() + at_, value, base);
    if ((peek() == 'u' || peek() == 'U') && !is_letter(peek(1)) && !is_digit(peek(1))) {
      ++at_;
      return fail(begin, Problem::unsupported, "unsigned integers are not part of this language", "本语言不支持无符号整数",
                  std::string(text_.substr(begin, at_ - begin - 1)));
    }
    if (bad_tail(begin)) return;
    if (digits == at_) return fail(begin, Problem::bad_token, "hexadecimal digits are missing", "缺少十六进制数字");
    if (error != std::errc{} || value > std::uint64_t{1} << 63)
      return fail(begin, Problem::bad_literal, "the number does not fit a 64-bit integer", "数字超出64位整数范围");
    push(TokenKind::integer, begin);
    tokens_.back().integer = value;
  }

  /// A number that runs into a word, like 12ab, is one mistake.
  bool bad_tail(std::size_t begin) {
    if (!is_letter(peek())) return false;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    fail(begin, Problem::bad_token, "a number is followed directly by letters", "数字后面直接跟了字母");
    return true;
  }

  void string(std::size_t begin, bool raw) {
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    at_ += triple ? 3 : 1;
    std::string value;
    bool good = true;
    for (;;) {
      if (at_end() || (!triple && (peek() == '\n' || peek() == '\r')))
        return fail(begin, Problem::bad_token, "the string is not closed", "字符串没有结束引号");
      if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) {
        at_ += triple ? 3 : 1;
        break;
      }
      if (peek() == '\\' && !raw) {
        good = escape(value) && good;
      } else {
        value.push_back(peek());
        ++at_;
      }
    }
    if (!good) return;
    push(TokenKind::string, begin);
    tokens_.back().text = std::move(value);
  }

  bool escape(std::string& value) {
    const std::size_t begin = at_;
    ++at_;
    const char c = peek();
    if (!at_end()) ++at_;
    static constexpr std::string_view names = "abfnrtv\\?\"'`", meanings = "\a\b\f\n\r\t\v\\?\"'`";
    if (const auto known = names.find(c); known != std::string_view::npos && c != '\0') {
      value.push_back(meanings[known]);
      return true;
    }
    if (c == 'x' || c == 'X') return code_point(begin, 2, 16, value);
    if (c == 'u') return code_point(begin, 4, 16, value);
    if (c == 'U') return code_point(begin, 8, 16, value);
    if (c >= '0' && c <= '3') {
      --at_;
      return code_point(begin, 3, 8, value);
    }
    fail(begin, Problem::bad_token, "unknown escape in a string; write \\\\ for a backslash", "字符串中有未知的转义；反斜杠写作 \\\\");
    return false;
  }

  bool code_point(std::size_t begin, std::size_t digits, int base, std::string& value) {
    std::uint32_t point = 0;
    const std::string_view text = text_.substr(at_, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), point, base);
    at_ += static_cast<std::size_t>(end - text.data());
    if (error == std::errc{} && end == text.data() + digits && append_utf8(value, point)) return true;
    fail(begin, Problem::bad_token, "the escape names no character", "转义没有指明有效的字符");
    return false;
  }

  void symbol() {
    struct Symbol {
      std::string_view text;
      TokenKind kind;
    };
    static constexpr std::array symbols{
        Symbol{"&&", TokenKind::and_and},      Symbol{"||", TokenKind::or_or},      Symbol{"==", TokenKind::equal},
        Symbol{"!=", TokenKind::not_equal},    Symbol{"<=", TokenKind::less_equal}, Symbol{">=", TokenKind::greater_equal},
        Symbol{"<", TokenKind::less},          Symbol{">", TokenKind::greater},     Symbol{"!", TokenKind::bang},
        Symbol{"+", TokenKind::plus},          Symbol{"-", TokenKind::minus},       Symbol{"*", TokenKind::star},
        Symbol{"/", TokenKind::slash},         Symbol{"%", TokenKind::percent},     Symbol{".", TokenKind::dot},
        Symbol{",", TokenKind::comma},         Symbol{":", TokenKind::colon},       Symbol{"?", TokenKind::question},
        Symbol{"(", TokenKind::left_paren},    Symbol{")", TokenKind::right_paren}, Symbol{"[", TokenKind::left_bracket},
        Symbol{"]", TokenKind::right_bracket}, Symbol{"{", TokenKind::left_brace},  Symbol{"}", TokenKind::right_brace},
    };
    const std::size_t begin = at_;
    for (const Symbol& symbol : symbols)
      if (text_.substr(at_).starts_with(symbol.text)) {
        at_ += symbol.text.size();
        return push(symbol.kind, begin);
      }
    unknown_character();
  }

  void unknown_character() {
    struct Lookalike {
      std::string_view written, meant;
    };
    static constexpr std::array lookalikes{
        Lookalike{"=", "=="}, Lookalike{"&", "&&"}, Lookalike{"|", "||"}, Lookalike{"“", "\""}, Lookalike{"”", "\""}, Lookalike{"‘", "'"},
        Lookalike{"’", "'"},  Lookalike{"（", "("}, Lookalike{"）", ")"}, Lookalike{"，", ","}, Lookalike{"＞", ">"}, Lookalike{"＜", "<"},
        Lookalike{"≥", ">="}, Lookalike{"≤", "<="}, Lookalike{"≠", "!="}, Lookalike{"！", "!"}, Lookalike{"：", ":"}, Lookalike{"？", "?"},
    };
    const std::size_t begin = at_;
    do ++at_;
    while (!at_end() && (static_cast<unsigned char>(peek()) & 0xC0) == 0x80);
    const std::string written(text_.substr(begin, at_ - begin));
    std::string suggestion;
    for (const Lookalike& lookalike : lookalikes)
      if (written == lookalike.written) suggestion = lookalike.meant;
    const std::string shown = written[0] < 0x20 && written[0] >= 0 ? "a control character" : "'" + written + "'";
    fail(begin, Problem::bad_token, shown + " has no meaning here",
         (shown == "a control character" ? "控制字符" : "“" + written + "”") + "在此没有意义", suggestion);
  }

  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::optional<double> real_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) value = std::strtod(std::string(text).c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<Token> tokenise(std::string_view text, Diagnostics& diagnostics) { return Lexer(text, diagnostics).run(); }

}  // namespace zhida::cel
