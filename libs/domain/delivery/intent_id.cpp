#include "domain/delivery/intent_id.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace zhida::delivery {
namespace {

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

std::string format_campaign(CampaignNumber campaign) { return "c" + std::to_string(campaign); }

std::optional<CampaignNumber> parse_campaign(std::string_view text) {
  if (text.size() < 2 || text[0] != 'c' || text[1] == '0') return std::nullopt;
  CampaignNumber number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool is_key_word(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; });
}

std::string format(const IntentId& id) {
  std::string text = format_campaign(id.key.campaign);
  for (const std::string_view part : {id.key.occurrence, id.key.channel, id.uscc}) {
    text.push_back('.');
    text += part;
  }
  return text;
}

std::optional<IntentId> parse_intent_id(std::string_view text) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto dot = text.find('.');
    if ((dot == std::string_view::npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = text.substr(0, dot);
    text.remove_prefix(std::min(text.size(), parts[i].size() + 1));
  }
  const auto campaign = parse_campaign(parts[0]);
  if (!campaign || !is_key_word(parts[1]) || !is_key_word(parts[2])) return std::nullopt;
  if (parts[3].size() != 18 || !std::all_of(parts[3].begin(), parts[3].end(), is_letter_or_digit)) return std::nullopt;
  return IntentId{{*campaign, parts[1], parts[2]}, parts[3]};
}

}  // namespace zhida::delivery
