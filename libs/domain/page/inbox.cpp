#include "domain/page/inbox.hpp"

#include <algorithm>
#include <charconv>

namespace zhida::page {
namespace {

using delivery::EngagementType;
using delivery::IntentKeyView;
using delivery::IntentRecord;

/// Newest first; at equal times the higher key.
bool comes_before(Instant a_at, IntentKeyView a, Instant b_at, IntentKeyView b) { return a_at != b_at ? a_at > b_at : a > b; }

}  // namespace

std::string format(const InboxCursor& cursor) {
  std::string text = std::to_string(cursor.delivered_at.time_since_epoch().count());
  text += "." + delivery::format_campaign(cursor.key.campaign) + "." + cursor.key.occurrence + "." + cursor.key.channel;
  return text;
}

std::optional<InboxCursor> parse_inbox_cursor(std::string_view text) {
  std::int64_t milliseconds = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, milliseconds);
  if (error != std::errc{} || stop == end || *stop != '.') return std::nullopt;
  // The rest is an intent's name without its enterprise; borrow one.
  const std::string rest = std::string(stop + 1, end) + "." + std::string(18, '0');
  const auto id = delivery::parse_intent_id(rest);
  InboxCursor cursor;
  cursor.delivered_at = Instant(std::chrono::milliseconds(milliseconds));
  if (!id || !delivery::is_keepable(cursor.delivered_at)) return std::nullopt;
  cursor.key = delivery::IntentKey(id->key);
  return cursor;
}

bool is_in_inbox(const IntentRecord& record) {
  return record.decision && record.delivered_at && record.key.channel == "page" && record.status().state == delivery::State::delivered;
}

bool is_unread(const IntentRecord& record) {
  return std::none_of(record.engaged.begin(), record.engaged.end(), [](const delivery::EngagedHour& engaged) {
    return engaged.people != 0 && engaged.type != EngagementType::impression;
  });
}

InboxPage inbox(const delivery::Ledger& ledger, std::size_t limit, const std::optional<InboxCursor>& after,
                const std::function<bool(delivery::CampaignNumber)>& shows) {
  InboxPage page;
  std::vector<InboxEntry>& entries = page.entries;
  for (const IntentRecord& record : ledger.intents) {
    if (!is_in_inbox(record) || (shows && !shows(record.key.campaign))) continue;
    InboxEntry entry{&record, *record.delivered_at, is_unread(record)};
    if (entry.unread) ++page.unread;
    if (!after || comes_before(after->delivered_at, after->key.view(), entry.delivered_at, record.key.view())) entries.push_back(entry);
  }
  std::sort(entries.begin(), entries.end(), [](const InboxEntry& a, const InboxEntry& b) {
    return comes_before(a.delivered_at, a.record->key.view(), b.delivered_at, b.record->key.view());
  });
  if (entries.size() > limit) {
    entries.resize(std::max<std::size_t>(limit, 1));
    page.next = InboxCursor{entries.back().delivered_at, entries.back().record->key};
  }
  return page;
}

}  // namespace zhida::page
