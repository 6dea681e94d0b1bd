#pragma once

#include "domain/delivery/ledger.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::page {

using domain::Instant;

/// One delivery readable in the inbox. Points into the ledger.
struct InboxEntry {
  const delivery::IntentRecord* record = nullptr;
  Instant delivered_at;
  bool unread = false;  ///< nobody has seen, clicked or answered it
};

/// Where the next page goes on: behind this entry. Stable while newer deliveries arrive.
struct InboxCursor {
  Instant delivered_at;
  delivery::IntentKey key;

  friend bool operator==(const InboxCursor&, const InboxCursor&) = default;
};

std::string format(const InboxCursor& cursor);

/// Nothing if `text` is no cursor of ours.
std::optional<InboxCursor> parse_inbox_cursor(std::string_view text);

struct InboxPage {
  std::vector<InboxEntry> entries;  ///< newest first; at equal times by key, the higher campaign first
  std::optional<InboxCursor> next;  ///< nothing on the last page
  std::size_t unread = 0;           ///< of all entries that pass the filter, on whatever page
};

/// An intent is in the inbox if it is on channel `page`, decided, and stands delivered.
bool is_in_inbox(const delivery::IntentRecord& record);

/// Unread = no impression apart, nothing by people: no seen, click, dismissed, not_relevant, apply_started, apply_submitted or rated.
/// An impression only proves that the entry was rendered in a list.
bool is_unread(const delivery::IntentRecord& record);

/// `shows` filters by what the campaign is (kind of its package); empty = all. `limit` is at least 1.
InboxPage inbox(const delivery::Ledger& ledger, std::size_t limit, const std::optional<InboxCursor>& after = std::nullopt,
                const std::function<bool(delivery::CampaignNumber)>& shows = {});

}  // namespace zhida::page
