#include "page/inbox/inbox_json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace zhida::page {
namespace {

using delivery::Verdict;

void append_number(std::string& out, std::int64_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_text(std::string& out, bool& first, const std::string& json) {
  if (!first) out += ',';
  first = false;
  out += json;
}

/// One entry of the page; lives no longer than the append.
class Entry {
 public:
  Entry(std::string& out, const InboxEntry& entry, const CampaignTemplate& shown, const enterprise::Uscc& uscc, const LinkSigner& signer,
        domain::Instant now)
      : out_(out), entry_(entry), shown_(shown), signer_(signer) {
    token_.key_id = LinkSigner::key_id;
    token_.expires = signer.expiry(entry.delivered_at, now);
    token_.intent = entry.record->key;
    token_.uscc = uscc;
  }

  void append() {
    const delivery::IntentKey& key = entry_.record->key;
    out_ += R"({"intent":"c)";
    append_number(out_, key.campaign);
    out_.append(".").append(key.occurrence).append(".").append(key.channel).append(".").append(token_.uscc.text()).append("\"");
    out_ += shown_.before_link;
    append_token(0);
    out_ += R"(","items":[)";
    bool first = true;
    for (std::size_t i = 0; i < shown_.items.size(); ++i) {
      if (!was_pushed(i)) continue;
      if (!first) out_ += ',';
      first = false;
      append_item(i);
    }
    out_ += ']';
    out_ += shown_.documents;
    out_ += R"(,"delivered_at":")";
    domain::append_instant(out_, entry_.delivered_at);
    out_ += R"(","state":")";
    out_ += domain::name_of(entry_.record->status().state);
    out_ += entry_.unread ? R"(","unread":true)" : R"(","unread":false)";
    append_deadline();
    append_why();
    out_ += '}';
  }

 private:
  void append_token(std::uint16_t link) {
    token_.link = link;
    out_ += signer_.write(token_);
  }

  /// An item withdrawn before the delivery is no part of it; one withdrawn later is still shown, as withdrawn.
  bool was_pushed(std::size_t index) const { return !entry_.record->leaves_out(static_cast<std::uint16_t>(index + 1)); }

  /// What was decided about item `index`; an item the decision does not know is unknown, never eligible.
  delivery::ItemDecision decision(std::size_t index) const {
    const auto& items = entry_.record->decision->items;
    return index < items.size() ? items[index] : delivery::ItemDecision();
  }

  void append_item(std::size_t index) {
    const CampaignTemplate::Item& item = shown_.items[index];
    const delivery::ItemDecision decided = decision(index);
    out_ += item.before_verdict;
    out_ += domain::name_of(decided.verdict);
    out_ += item.before_amount;
    if (decided.benefit)
      append_number(out_, *decided.benefit);
    else
      out_ += "null";
    out_ += item.before_links;
    for (std::size_t i = 0; i < item.links.size(); ++i) {
      if (i > 0) out_ += ',';
      out_ += item.links[i].before;
      append_token(item.links[i].number);
      out_ += "\"}";
    }
    out_ += "]}";
  }

  /// The first that comes: the campaign's end, or that of an item which the enterprise may have.
  void append_deadline() {
    domain::Date first = shown_.last_day;
    for (std::size_t i = 0; i < shown_.items.size(); ++i) {
      const auto& deadline = shown_.items[i].deadline;
      if (deadline && was_pushed(i) && decision(i).verdict != Verdict::ineligible) first = std::min(first, *deadline);
    }
    out_ += R"(,"deadline":")";
    domain::append_date(out_, first);
    out_ += '"';
  }

  void append_why() {
    out_ += R"(,"why":[)";
    bool first = true;
    for (const std::string& reason : shown_.why) append_text(out_, first, reason);
    for (std::size_t i = 0; i < shown_.items.size(); ++i) {
      const Verdict verdict = was_pushed(i) ? decision(i).verdict : Verdict::ineligible;
      if (verdict == Verdict::eligible) append_text(out_, first, shown_.items[i].why_eligible);
      if (verdict == Verdict::manual) append_text(out_, first, shown_.items[i].why_manual);
    }
    out_ += ']';
  }

  std::string& out_;
  const InboxEntry& entry_;
  const CampaignTemplate& shown_;
  const LinkSigner& signer_;
  ClickToken token_;
};

}  // namespace

bool append_inbox(std::string& out, const InboxPage& page, const enterprise::Uscc& uscc, CampaignTemplates& templates,
                  const LinkSigner& signer, domain::Instant now) {
  const domain::Date today = domain::date_of(now);
  out += R"({"unread":)";
  append_number(out, static_cast<std::int64_t>(page.unread));
  out += R"(,"items":[)";
  for (std::size_t i = 0; i < page.entries.size(); ++i) {
    const CampaignTemplate* const shown = templates.find(page.entries[i].record->key.campaign, today);
    if (shown == nullptr) return false;
    if (i > 0) out += ',';
    Entry(out, page.entries[i], *shown, uscc, signer, now).append();
  }
  out += R"(],"next":)";
  if (page.next)
    out.append("\"").append(format(*page.next)).append("\"}");
  else
    out += "null}";
  return true;
}

}  // namespace zhida::page
