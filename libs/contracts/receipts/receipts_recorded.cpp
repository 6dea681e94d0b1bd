#include "contracts/receipts/receipts_recorded.hpp"

#include "contracts/intents/members.hpp"
#include "contracts/intents/plain_block.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <stdexcept>

namespace zhida::contracts {
namespace {

using delivery::Reason;
using delivery::State;

/// Empty if the parts of a receipt fit together, else the member that does not.
std::string_view misfit(const Receipt& receipt) {
  if (receipt.state == State::none) return "state";
  if (receipt.state == State::suppressed && !delivery::is_suppression(receipt.reason)) return "reason";
  if (receipt.until && receipt.state != State::deferred) return "until";
  if (!receipt.left_out.empty() && receipt.state != State::delivered) return "left_out";
  if (std::adjacent_find(receipt.left_out.begin(), receipt.left_out.end(), std::greater_equal<>()) != receipt.left_out.end())
    return "left_out";
  return {};
}

void read_parts(JsonReader& in, std::vector<std::uint16_t>& parts) {
  const Json* const list = in.find("left_out");
  if (list == nullptr || list->IsNull()) return;
  constexpr unsigned most = std::numeric_limits<std::uint16_t>::max();
  const auto is_part = [](const Json& each) { return each.IsUint() && each.GetUint() >= 1 && each.GetUint() <= most; };
  if (!list->IsArray() || list->Size() > most || !std::all_of(list->Begin(), list->End(), is_part))
    return in.report("left_out", "type", "must be a list of the numbers of items.", "应为事项序号的数组。");
  for (const Json& each : list->GetArray()) parts.push_back(static_cast<std::uint16_t>(each.GetUint()));
}

bool read_fact(JsonReader& in, Receipt& receipt) {
  const std::size_t before = in.errors().size();
  read_uscc(in, receipt.uscc);
  in.required("state", receipt.state);
  in.optional("reason", receipt.reason);
  receipt.attempt =
      static_cast<std::uint32_t>(read_optional_number(in, "attempt", 0, std::numeric_limits<std::uint32_t>::max()).value_or(0));
  const Json* until = in.find("until");
  if (until != nullptr && !until->IsNull()) read_time(in, "until", receipt.until.emplace());
  read_parts(in, receipt.left_out);
  if (in.errors().size() != before) return false;
  const std::string_view wrong = misfit(receipt);
  if (!wrong.empty()) in.report(wrong, "misfit", "does not fit the state.", "与状态不符。");
  return wrong.empty();
}

ReceiptsHeader read_header(JsonReader& in) {
  constexpr std::uint64_t most_offset = std::uint64_t{1} << 53;
  ReceiptsHeader header;
  read_key(in, header.campaign, header.occurrence, header.channel);
  read_time(in, "at", header.at);
  read_number(in, "intents_offset", 0, most_offset, header.intents_offset);
  return header;
}

bool read_plain_parts(PlainCursor& cursor, std::vector<std::uint16_t>& parts) {
  if (!cursor.take('[')) return false;
  do {
    std::uint64_t part = 0;
    if (!cursor.whole(part) || part < 1 || part > std::numeric_limits<std::uint16_t>::max()) return false;
    parts.push_back(static_cast<std::uint16_t>(part));
  } while (cursor.take(','));
  return cursor.take(']');
}

bool read_plain_attempt(PlainCursor& cursor, std::uint32_t& out) {
  std::uint64_t attempt = 0;
  if (!cursor.whole(attempt) || attempt > std::numeric_limits<std::uint32_t>::max()) return false;
  out = static_cast<std::uint32_t>(attempt);
  return true;
}

bool read_plain_time(PlainCursor& cursor, std::optional<domain::Instant>& out) {
  std::string_view text;
  if (!cursor.text(text)) return false;
  out = domain::parse_instant(text);
  return out && delivery::is_keepable(*out);
}

bool read_plain_fact(PlainCursor& cursor, Receipt& receipt) {
  if (!cursor.take('{')) return false;
  enum : unsigned { uscc, state, reason, attempt, until, left_out };
  SeenMembers seen;
  do {
    std::string_view name;
    if (!cursor.key(name)) return false;
    bool good = false;
    if (name == "uscc")
      good = seen.add(uscc) && read_plain_uscc(cursor, receipt.uscc);
    else if (name == "state")
      good = seen.add(state) && read_plain_word(cursor, receipt.state);
    else if (name == "reason")
      good = seen.add(reason) && read_plain_word(cursor, receipt.reason);
    else if (name == "attempt")
      good = seen.add(attempt) && read_plain_attempt(cursor, receipt.attempt);
    else if (name == "until")
      good = seen.add(until) && read_plain_time(cursor, receipt.until);
    else if (name == "left_out")
      good = seen.add(left_out) && read_plain_parts(cursor, receipt.left_out);
    if (!good) return false;
  } while (cursor.take(','));
  return cursor.take('}') && seen.has(uscc) && seen.has(state) && misfit(receipt).empty();
}

/// Nothing if the block is not as we write it, or something is wrong with it.
std::optional<ReceiptsRecorded> read_plain(std::string_view json, JsonText& parser) {
  const PlainBlock plain = PlainBlock::in(json, parser);
  if (plain.head == nullptr) return std::nullopt;
  FieldErrors errors;
  JsonReader in(*plain.head, errors);
  ReceiptsRecorded block;
  block.header = read_header(in);
  if (!errors.empty()) return std::nullopt;
  constexpr std::size_t least_fact = 40;
  block.facts.reserve(std::min(ReceiptsRecorded::most_facts, plain.facts.size() / least_fact + 1));
  PlainCursor cursor(plain.facts);
  const auto read = [&](std::size_t index) {
    Receipt& receipt = block.facts.emplace_back();
    receipt.index = static_cast<std::uint16_t>(index);
    return read_plain_fact(cursor, receipt);
  };
  if (!read_plain_facts(cursor, ReceiptsRecorded::most_facts, read)) return std::nullopt;
  return block;
}

}  // namespace

delivery::ReceiptFact ReceiptsRecorded::fact(const Receipt& receipt) const {
  delivery::ReceiptFact fact;
  fact.key = {header.campaign, header.occurrence, header.channel};
  fact.status = {receipt.state, receipt.attempt, receipt.reason, header.at, receipt.until.value_or(delivery::Instant{})};
  fact.left_out = receipt.left_out;
  return fact;
}

std::string to_json(const ReceiptsRecorded& block) {
  if (block.facts.empty() || block.facts.size() > ReceiptsRecorded::most_facts)
    throw std::logic_error("a block of receipts has 1 to 1,000 facts");
  std::string json;
  json.reserve(200 + 80 * block.facts.size());
  JsonWriter out(json);
  out.begin_object();
  write_key(out, {block.header.campaign, block.header.occurrence, block.header.channel});
  out.member("at", block.header.at);
  out.member("intents_offset", block.header.intents_offset);
  out.key("facts");
  out.begin_array();
  for (const Receipt& receipt : block.facts) {
    if (!misfit(receipt).empty()) throw std::logic_error("the parts of a receipt do not fit together");
    out.begin_object();
    out.member("uscc", receipt.uscc.text());
    out.member("state", receipt.state);
    if (receipt.attempt != 0) out.member("attempt", receipt.attempt);
    if (receipt.reason != Reason::none) out.member("reason", receipt.reason);
    out.member_if("until", receipt.until);
    if (!receipt.left_out.empty()) {
      out.key("left_out");
      out.begin_array();
      for (const std::uint16_t part : receipt.left_out) out.value(std::uint64_t{part});
      out.end_array();
    }
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return json;
}

domain::Checked<ReceiptsRecorded> read_receipts_recorded(std::string_view json, ReadingWay way) {
  thread_local JsonText text;
  if (way == ReadingWay::quick)
    if (auto block = read_plain(json, text)) return std::move(*block);
  const Json* root = text.parse(json);
  if (root == nullptr) return {boost::system::in_place_error, FieldErrors{text.error()}};
  FieldErrors errors;
  JsonReader in(*root, errors);
  ReceiptsRecorded block;
  block.header = read_header(in);
  const Json* facts = read_facts(in, ReceiptsRecorded::most_facts);
  if (!errors.empty()) return {boost::system::in_place_error, std::move(errors)};

  block.facts.reserve(facts->Size());
  for (rapidjson::SizeType i = 0; i < facts->Size(); ++i) {
    FieldErrors wrong;
    JsonReader part((*facts)[i], wrong);
    Receipt receipt;
    receipt.index = static_cast<std::uint16_t>(i);
    if (part.is_object() && read_fact(part, receipt)) {
      block.facts.push_back(receipt);
      continue;
    }
    PoisonFact poison{receipt.index, wrong.front(), text_of_json((*facts)[i])};
    poison.error.pointer.insert(0, "/facts/" + std::to_string(i));
    block.poison.push_back(std::move(poison));
  }
  return block;
}

}  // namespace zhida::contracts
