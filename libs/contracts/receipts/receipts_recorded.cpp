#include "contracts/receipts/receipts_recorded.hpp"

#include "contracts/intents/members.hpp"

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

domain::Checked<ReceiptsRecorded> read_receipts_recorded(std::string_view json) {
  constexpr std::uint64_t most_offset = std::uint64_t{1} << 53;
  thread_local JsonText text;
  const Json* root = text.parse(json);
  if (root == nullptr) return {boost::system::in_place_error, FieldErrors{text.error()}};
  FieldErrors errors;
  JsonReader in(*root, errors);
  ReceiptsRecorded block;
  read_key(in, block.header.campaign, block.header.occurrence, block.header.channel);
  read_time(in, "at", block.header.at);
  read_number(in, "intents_offset", 0, most_offset, block.header.intents_offset);
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
