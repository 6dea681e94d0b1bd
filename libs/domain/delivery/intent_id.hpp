#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::delivery {

/// Campaign 12 is written `c12`. 0 is no campaign.
using CampaignNumber = std::uint32_t;

std::string format_campaign(CampaignNumber campaign);

/// Nothing unless `text` is `c` and a number from 1 to 4294967295 without leading zeros.
std::optional<CampaignNumber> parse_campaign(std::string_view text);

/// An intent of one enterprise: campaign × occurrence × channel. Views into text that must outlive it.
struct IntentKeyView {
  CampaignNumber campaign = 0;
  std::string_view occurrence = "1";  ///< `1` for a one-off, else due date, window, round or stage
  std::string_view channel = "page";

  friend auto operator<=>(const IntentKeyView&, const IntentKeyView&) = default;
};

/// The same, owning its text.
struct IntentKey {
  CampaignNumber campaign = 0;
  std::string occurrence = "1";
  std::string channel = "page";

  IntentKey() = default;
  explicit IntentKey(IntentKeyView view) : campaign(view.campaign), occurrence(view.occurrence), channel(view.channel) {}

  IntentKeyView view() const { return {campaign, occurrence, channel}; }

  friend bool operator==(const IntentKey&, const IntentKey&) = default;
};

/// `c12.1.page.91310117MA1J3XXXX0`: the name of an intent towards other systems.
struct IntentId {
  IntentKeyView key;
  std::string_view uscc;  ///< 18 characters; the check digit is the caller's to check

  friend bool operator==(const IntentId&, const IntentId&) = default;
};

std::string format(const IntentId& id);

/// Views into `text`. Nothing unless there are exactly four parts, each well-formed.
std::optional<IntentId> parse_intent_id(std::string_view text);

/// 1–32 characters of `[A-Za-z0-9_-]`: what an occurrence or a channel may look like, so that dots only separate.
bool is_key_word(std::string_view text);

}  // namespace zhida::delivery
