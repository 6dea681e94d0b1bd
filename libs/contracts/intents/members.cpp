#include "contracts/intents/members.hpp"

namespace zhida::contracts {
namespace {

void out_of_range(JsonReader& in, std::string_view name, std::uint64_t least, std::uint64_t most) {
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  in.report(name, "range", "must be a whole number from " + range + ".",
            "应为 " + std::to_string(least) + " 至 " + std::to_string(most) + " 的整数。");
}

}  // namespace

void write_key(JsonWriter& out, delivery::IntentKeyView key) {
  out.member("campaign", delivery::format_campaign(key.campaign));
  out.member("occurrence", key.occurrence);
  out.member("channel", key.channel);
}

void read_key(JsonReader& in, delivery::CampaignNumber& campaign, std::string& occurrence, std::string& channel) {
  std::string text;
  in.required("campaign", text);
  if (const auto number = delivery::parse_campaign(text))
    campaign = *number;
  else if (!text.empty())
    in.report("campaign", "campaign", "must be the letter c and a number.", "应为字母 c 加数字。");
  const auto word = [&in](std::string_view name, std::string& out) {
    std::string read;
    in.required(name, read);
    if (delivery::is_key_word(read))
      out = std::move(read);
    else if (in.find(name) != nullptr && in.find(name)->IsString())
      in.report(name, "word", "must be 1 to 32 letters, digits, - or _.", "应为 1 至 32 个字母、数字、- 或 _。");
  };
  word("occurrence", occurrence);
  word("channel", channel);
}

void read_number(JsonReader& in, std::string_view name, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
  const Json* value = in.find(name);
  if (value != nullptr && value->IsUint64() && value->GetUint64() >= least && value->GetUint64() <= most) {
    out = value->GetUint64();
    return;
  }
  if (value == nullptr) {
    std::int64_t ignored = 0;
    in.required(name, ignored);
  } else {
    out_of_range(in, name, least, most);
  }
}

std::optional<std::uint64_t> read_optional_number(JsonReader& in, std::string_view name, std::uint64_t least, std::uint64_t most) {
  const Json* value = in.find(name);
  if (value == nullptr || value->IsNull()) return std::nullopt;
  std::uint64_t number = least;
  read_number(in, name, least, most, number);
  return number;
}

void read_uscc(JsonReader& in, enterprise::Uscc& out) {
  std::string text;
  in.required("uscc", text);
  if (const auto uscc = enterprise::Uscc::parse(text))
    out = *uscc;
  else if (in.find("uscc") != nullptr && in.find("uscc")->IsString())
    in.errors().push_back(enterprise::uscc_error(text, in.child("uscc")));
}

void read_time(JsonReader& in, std::string_view name, domain::Instant& out) {
  const std::size_t before = in.errors().size();
  domain::Instant at{};
  in.required(name, at);
  if (in.errors().size() != before || !in.is_object()) return;
  if (delivery::is_keepable(at))
    out = at;
  else
    in.report(name, "range", "must lie from 2020 to 2053.", "应在 2020 至 2053 年之间。");
}

void read_text(JsonReader& in, std::string_view name, std::size_t most, std::string& out) {
  const std::size_t before = in.errors().size();
  std::string text;
  in.required(name, text);
  if (in.errors().size() != before || !in.is_object()) return;
  if (!text.empty() && text.size() <= most)
    out = std::move(text);
  else
    in.report(name, "length", "must have 1 to " + std::to_string(most) + " bytes.", "长度应为 1 至 " + std::to_string(most) + " 字节。");
}

const Json* read_facts(JsonReader& in, std::size_t most_facts) {
  const Json* facts = in.find("facts");
  if (facts != nullptr && facts->IsArray() && !facts->Empty() && facts->Size() <= most_facts) return facts;
  if (in.is_object())
    in.report("facts", "facts", "must be an array of 1 to " + std::to_string(most_facts) + " facts.",
              "应为 1 至 " + std::to_string(most_facts) + " 条事实的数组。");
  return nullptr;
}

std::string text_of_json(const Json& value) {
  std::string text;
  JsonWriter(text).copy(value);
  return text;
}

}  // namespace zhida::contracts
