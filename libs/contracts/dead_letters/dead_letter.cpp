#include "contracts/dead_letters/dead_letter.hpp"

#include "contracts/intents/members.hpp"
#include "domain/page/base64url.hpp"

#include <algorithm>
#include <limits>

namespace zhida::contracts {
namespace {

/// Well-formed UTF-8 may stand in JSON as it is; RapidJSON's decoder is the judge, as it will be when the letter is read.
bool is_utf8(std::string_view text) {
  std::string quoted;
  JsonWriter(quoted).value(text);
  JsonText parser;
  return parser.parse(quoted) != nullptr;
}

/// What whoever wrote the record meant as text, even if it is none.
std::string shown(std::string text) {
  if (!is_utf8(text))
    std::ranges::replace_if(
        text, [](unsigned char byte) { return byte >= 0x80; }, '?');
  return text;
}

}  // namespace

std::string DeadLetter::id() const {
  std::string text = topic + "/" + std::to_string(partition) + "/" + std::to_string(offset);
  if (index) text += "/" + std::to_string(*index);
  return text;
}

std::string to_json(const DeadLetter& letter) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  out.member("id", letter.id());
  out.member("topic", letter.topic);
  out.member("partition", letter.partition);
  out.member("offset", letter.offset);
  if (letter.index) out.member("index", static_cast<unsigned>(*letter.index));
  if (!letter.event_type.empty()) out.member("event_type", shown(letter.event_type));
  if (!letter.key.empty()) out.member("key", shown(letter.key));
  out.key("reason");
  out.begin_object();
  out.member("pointer", letter.reason.pointer);
  out.member("code", letter.reason.code);
  out.member("detail", shown(letter.reason.detail));
  out.member("detail_zh", shown(letter.reason.detail_zh));
  out.end_object();
  if (is_utf8(letter.value))
    out.member("value", letter.value);
  else
    out.member("value_base64url", page::to_base64url(letter.value));
  out.member("at", letter.at);
  out.end_object();
  return json;
}

domain::Checked<DeadLetter> read_dead_letter(std::string_view json) {
  return read_json<DeadLetter>(json, [](JsonReader& in) {
    DeadLetter letter;
    std::string id;
    in.required("id", id);
    read_text(in, "topic", 64, letter.topic);
    std::uint64_t partition = 0;
    read_number(in, "partition", 0, std::numeric_limits<int>::max(), partition);
    letter.partition = static_cast<int>(partition);
    read_number(in, "offset", 0, std::uint64_t{1} << 53, letter.offset);
    if (const auto index = read_optional_number(in, "index", 0, 999)) letter.index = static_cast<std::uint16_t>(*index);
    in.optional("event_type", letter.event_type);
    in.optional("key", letter.key);
    if (const Json* reason = in.object("reason")) {
      JsonReader inner(*reason, in.errors(), in.child("reason"));
      inner.required("pointer", letter.reason.pointer);
      inner.required("code", letter.reason.code);
      inner.required("detail", letter.reason.detail);
      inner.required("detail_zh", letter.reason.detail_zh);
    }
    std::string encoded;
    in.optional("value", letter.value);
    in.optional("value_base64url", encoded);
    const bool has_value = in.find("value") != nullptr, has_encoded = in.find("value_base64url") != nullptr;
    const auto decoded = page::from_base64url(encoded);
    if (in.is_object() && (has_value == has_encoded || !decoded))
      in.report("value", "value", "must stand there once, as text or as base64url.", "应以文本或 base64url 形式出现一次。");
    if (has_encoded && decoded) letter.value = *decoded;
    read_time(in, "at", letter.at);
    return letter;
  });
}

}  // namespace zhida::contracts
