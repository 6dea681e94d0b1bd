#include "cel/builtins.hpp"
#include "cel/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

// The functions of cel-go's strings extension but `format`: positions and limits count code points, as everywhere in CEL.
namespace zhida::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr std::size_t none = std::string_view::npos;

bool begins_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// The byte at which code point `position` begins, the end for the number of code points; `none` beyond.
std::size_t byte_at(std::string_view text, std::int64_t position) {
  if (position < 0) return none;
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (begins_code_point(text[at]) && position-- == 0) return at;
  return position == 0 ? at : none;
}

std::size_t next_code_point(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && !begins_code_point(text[at]));
  return at;
}

/// In time linear in the text, unlike std::string_view::find.
std::size_t find_from(std::string_view text, std::string_view part, std::size_t from) {
  if (part.empty()) return from;
  const void* const found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : none;
}

Value position_of(std::string_view text, std::size_t byte) {
  return Value::integer(byte == none ? -1 : static_cast<std::int64_t>(count_code_points(text.substr(0, byte))));
}

Value outside() { return Value::error(Fault::index_out_of_range); }

Value char_at(Arguments a, const void*, Arena&) {
  const std::string_view text = a[0].as_string();
  const std::size_t at = byte_at(text, a[1].as_integer());
  if (at == none) return outside();
  return Value::string(at == text.size() ? std::string_view("") : text.substr(at, next_code_point(text, at) - at));
}

Value index_of(Arguments a, const void*, Arena&) {
  const std::string_view text = a[0].as_string();
  const std::size_t from = a.size() > 2 ? byte_at(text, a[2].as_integer()) : 0;
  return from == none ? outside() : position_of(text, find_from(text, a[1].as_string(), from));
}

/// The last place at or before the given one: the first place in what is read backwards, which keeps the search linear.
Value last_index_of(Arguments a, const void*, Arena&) {
  const std::string_view text = a[0].as_string(), part = a[1].as_string();
  std::size_t last = text.size();
  if (a.size() > 2) {
    last = byte_at(text, a[2].as_integer());
    if (last == none || (last == text.size() && !text.empty())) return outside();
  }
  if (part.empty()) return position_of(text, last);
  const std::string_view within = text.substr(0, std::min(text.size(), last + part.size()));
  const std::string backwards(within.rbegin(), within.rend()), wanted(part.rbegin(), part.rend());
  const std::size_t found = find_from(backwards, wanted, 0);
  return position_of(text, found == none ? none : within.size() - found - part.size());
}

Value substring(Arguments a, const void*, Arena&) {
  const std::string_view text = a[0].as_string();
  const std::size_t begin = byte_at(text, a[1].as_integer());
  const std::size_t end = a.size() > 2 ? byte_at(text, a[2].as_integer()) : text.size();
  if (begin == none || end == none || begin > end) return outside();
  return Value::string(text.substr(begin, end - begin));
}

template <char First, char Last, int Shift>
Value ascii_case(Arguments a, const void*, Arena& arena) {
  std::string text(a[0].as_string());
  for (char& c : text)
    if (c >= First && c <= Last) c = static_cast<char>(c + Shift);
  return make_string(arena, text);
}

/// Unicode's White_Space.
bool is_blank(std::string_view character) {
  static constexpr std::array<std::string_view, 25> blanks{
      "\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
      "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
  return std::ranges::find(blanks, character) != blanks.end();
}

Value trim(Arguments a, const void*, Arena&) {
  const std::string_view text = a[0].as_string();
  std::size_t begin = text.size(), end = 0;
  for (std::size_t at = 0; at < text.size(); at = next_code_point(text, at)) {
    const std::size_t next = next_code_point(text, at);
    if (is_blank(text.substr(at, next - at))) continue;
    begin = std::min(begin, at);
    end = next;
  }
  return Value::string(begin < end ? text.substr(begin, end - begin) : std::string_view(""));
}

/// Where the separator stands, at most `limit` times; an empty one stands before every code point but the first.
std::vector<std::size_t> places(std::string_view text, std::string_view part, std::int64_t limit, bool from_start) {
  std::vector<std::size_t> found;
  const auto room = [&] { return limit < 0 || static_cast<std::int64_t>(found.size()) < limit; };
  if (part.empty()) {
    for (std::size_t at = from_start || text.empty() ? 0 : next_code_point(text, 0); room() && at <= text.size();
         at = next_code_point(text, at)) {
      if (at == text.size() && !from_start) break;
      found.push_back(at);
      if (at == text.size()) break;
    }
    return found;
  }
  for (std::size_t at = find_from(text, part, 0); room() && at != none; at = find_from(text, part, at + part.size())) found.push_back(at);
  return found;
}

Value replace(Arguments a, const void*, Arena& arena) {
  const std::string_view text = a[0].as_string(), part = a[1].as_string(), with = a[2].as_string();
  const auto found = places(text, part, a.size() > 3 ? a[3].as_integer() : -1, true);
  const std::size_t size = text.size() - found.size() * part.size() + found.size() * with.size();
  char* const to = static_cast<char*>(arena.allocate(std::max<std::size_t>(1, size)));
  if (!to) return Value::error(Fault::too_much_memory);
  char* end = to;
  std::size_t at = 0;
  const auto append = [&end](std::string_view piece) { end = std::copy(piece.begin(), piece.end(), end); };
  for (const std::size_t place : found) {
    append(text.substr(at, place - at));
    append(with);
    at = place + part.size();
  }
  append(text.substr(at));
  return Value::string({to, size});
}

Value split(Arguments a, const void*, Arena& arena) {
  const std::string_view text = a[0].as_string(), part = a[1].as_string();
  const std::int64_t limit = a.size() > 2 ? a[2].as_integer() : -1;
  if (limit == 0 || (text.empty() && part.empty())) return Value::list({});
  const auto found = places(text, part, limit < 0 ? -1 : limit - 1, false);
  auto* const elements = static_cast<Value*>(arena.allocate((found.size() + 1) * sizeof(Value)));
  if (!elements) return Value::error(Fault::too_much_memory);
  std::size_t at = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    elements[i] = Value::string(text.substr(at, found[i] - at));
    at = found[i] + part.size();
  }
  elements[found.size()] = Value::string(text.substr(at));
  return Value::list({elements, found.size() + 1});
}

Value join(Arguments a, const void*, Arena& arena) {
  const std::string_view between = a.size() > 1 ? a[1].as_string() : "";
  const auto elements = a[0].as_list();
  std::size_t size = elements.empty() ? 0 : between.size() * (elements.size() - 1);
  for (const Value& element : elements) size += element.as_string().size();
  char* const to = static_cast<char*>(arena.allocate(std::max<std::size_t>(1, size)));
  if (!to) return Value::error(Fault::too_much_memory);
  char* end = to;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) end = std::copy(between.begin(), between.end(), end);
    const std::string_view piece = elements[i].as_string();
    end = std::copy(piece.begin(), piece.end(), end);
  }
  return Value::string({to, size});
}

Value quote(Arguments a, const void*, Arena& arena) {
  static constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"", letters = "abfnrtv\\\"";
  std::string text = "\"";
  for (const char c : a[0].as_string()) {
    const std::size_t known = special.find(c);
    if (known != none) text += '\\';
    text += known != none ? letters[known] : c;
  }
  return make_string(arena, text + '"');
}

}  // namespace

void add_string_extension(Registry& registry) {
  const Type s = string_type, i = integer_type, list = string_list_type;
  add_member(registry, "charAt", {s, i}, s, char_at);
  add_member(registry, "indexOf", {s, s}, i, index_of);
  add_member(registry, "indexOf", {s, s, i}, i, index_of);
  add_member(registry, "lastIndexOf", {s, s}, i, last_index_of);
  add_member(registry, "lastIndexOf", {s, s, i}, i, last_index_of);
  add_member(registry, "substring", {s, i}, s, substring);
  add_member(registry, "substring", {s, i, i}, s, substring);
  add_member(registry, "lowerAscii", {s}, s, ascii_case<'A', 'Z', 'a' - 'A'>);
  add_member(registry, "upperAscii", {s}, s, ascii_case<'a', 'z', 'A' - 'a'>);
  add_member(registry, "trim", {s}, s, trim);
  add_member(registry, "replace", {s, s, s}, s, replace);
  add_member(registry, "replace", {s, s, s, i}, s, replace);
  add_member(registry, "split", {s, s}, list, split);
  add_member(registry, "split", {s, s, i}, list, split);
  add_member(registry, "join", {list}, s, join);
  add_member(registry, "join", {list, s}, s, join);
  add_global(registry, "strings.quote", {s}, s, quote);
}

}  // namespace zhida::cel
