#include "domain/page/base64url.hpp"
#include "domain/page/click_token.hpp"
#include "domain/page/inbox.hpp"
#include "domain/page/links.hpp"
#include "domain/page/machine_traffic.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <xxhash.h>

#include <set>

namespace zhida::page {
namespace {

using namespace std::chrono_literals;

const Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);

/// A keyed hash in the place of the real MAC; keys 1 and 2 exist.
std::optional<Mac> mac(std::uint8_t key_id, std::string_view bytes) {
  if (key_id != 1 && key_id != 2) return std::nullopt;
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), key_id);
  Mac code;
  for (std::size_t i = 0; i < 8; ++i) {
    code[i] = static_cast<std::uint8_t>(hash.low64 >> (8 * i));
    code[8 + i] = static_cast<std::uint8_t>(hash.high64 >> (8 * i));
  }
  return code;
}

ClickToken some_token() {
  ClickToken token;
  token.key_id = 1;
  token.expires = now + 1h;
  token.intent.campaign = 12;
  token.uscc = *enterprise::Uscc::make("91310117MA1J3ABC0");
  token.link = 3;
  return token;
}

TEST(ClickToken, IsReadAsItIsWritten) {
  ClickToken token = some_token();
  EXPECT_EQ(read_token(write_token(token, mac), mac, now).value(), token);
  EXPECT_EQ(write_token(token, mac).size(), 48U);
  token.intent.occurrence = "2026-12-01";
  token.intent.channel = "sms";
  EXPECT_EQ(read_token(write_token(token, mac), mac, now).value(), token);
}

TEST(ClickToken, ExpiresAfterItsTime) {
  const std::string text = write_token(some_token(), mac);
  EXPECT_TRUE(read_token(text, mac, now + 1h).has_value());
  EXPECT_EQ(read_token(text, mac, now + 1h + 1ms).error(), TokenError::expired);
}

TEST(ClickToken, IsBadWhereverItIsChangedCutOrExtended) {
  const std::string text = write_token(some_token(), mac);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string forged = text;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(read_token(forged, mac, now).error(), TokenError::bad) << i;
    EXPECT_EQ(read_token(text.substr(0, i), mac, now).error(), TokenError::bad) << i;
  }
  EXPECT_EQ(read_token(text + "A", mac, now).error(), TokenError::bad);
  EXPECT_EQ(read_token(std::string(10'000, 'A'), mac, now).error(), TokenError::bad);
}

TEST(ClickToken, IsBadWithoutItsKey) {
  const auto only_second = [](std::uint8_t key_id, std::string_view bytes) { return key_id == 2 ? mac(2, bytes) : std::nullopt; };
  EXPECT_EQ(read_token(write_token(some_token(), mac), only_second, now).error(), TokenError::bad);
  EXPECT_THROW(write_token(some_token(), only_second), std::invalid_argument);
}

RC_GTEST_PROP(Base64Url, HasOneSpellingPerBytes, (const std::string& bytes)) { RC_ASSERT(from_base64url(to_base64url(bytes)) == bytes); }

RC_GTEST_PROP(Base64Url, ReadsNothingItWouldNotWrite, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AQgw-_z9=+")));
  const auto bytes = from_base64url(text);
  if (bytes) RC_ASSERT(to_base64url(*bytes) == text);
}

TEST(Links, AreNumberedFromThePackageThroughItsItems) {
  const std::vector<std::size_t> links{2, 0, 3};
  EXPECT_EQ(link_number({0, 0}, links), 0);
  EXPECT_EQ(link_number({1, 1}, links), 2);
  EXPECT_EQ(link_number({3, 0}, links), 3);
  EXPECT_FALSE(link_number({2, 0}, links));
  EXPECT_FALSE(link_number({0, 1}, links));
  for (std::uint16_t number = 0; number <= 5; ++number) EXPECT_EQ(link_number(*link_place(number, links), links), number);
  EXPECT_FALSE(link_place(6, links));
}

TEST(MachineTraffic, IsLabelledWithItsReason) {
  Visit person;
  person.user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.44";
  person.at = now;
  person.delivered_at = now - 1s;
  EXPECT_FALSE(machine_label(person));
  Visit visit = person;
  visit.head = true;
  EXPECT_EQ(machine_label(visit)->reason, "head");
  visit = person;
  visit.sec_purpose = "prefetch;prerender";
  EXPECT_EQ(machine_label(visit)->reason, "prefetch");
  visit = person;
  visit.user_agent = "curl/7.88.1";
  EXPECT_EQ(machine_label(visit)->reason, "fetcher");
  visit.user_agent = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)";
  EXPECT_EQ(machine_label(visit)->reason, "fetcher");
  visit.user_agent = "";
  EXPECT_EQ(machine_label(visit)->reason, "no_agent");
  visit = person;
  visit.delivered_at = now - 999ms;
  EXPECT_EQ(machine_label(visit)->reason, "too_fast");
  EXPECT_EQ(machine_label(visit)->rule, machine_rules_version);
}

delivery::Ledger some_ledger() {
  delivery::Ledger ledger;
  for (delivery::CampaignNumber campaign = 1; campaign <= 6; ++campaign) {
    delivery::IntentFact intent;
    intent.key.campaign = campaign;
    intent.decided_at = now;
    apply(ledger, intent);
    delivery::ReceiptFact receipt;
    receipt.key.campaign = campaign;
    const bool delivered = campaign != 6;
    receipt.status = {
        delivered ? delivery::State::delivered : delivery::State::cancelled, 0, delivery::Reason::none, now + 1s * (campaign / 2), {}};
    apply(ledger, receipt);
  }
  return ledger;
}

TEST(Inbox, ShowsWhatIsDeliveredNewestFirstInPages) {
  const delivery::Ledger ledger = some_ledger();
  std::vector<delivery::CampaignNumber> order;
  std::optional<InboxCursor> after;
  do {
    const InboxPage page = inbox(ledger, 2, after);
    EXPECT_EQ(page.unread, 5U);
    for (const InboxEntry& entry : page.entries) order.push_back(entry.record->key.campaign);
    after = page.next ? parse_inbox_cursor(format(*page.next)) : std::nullopt;
  } while (after);
  EXPECT_EQ(order, (std::vector<delivery::CampaignNumber>{5, 4, 3, 2, 1}));
}

TEST(Inbox, KnowsWhatIsReadAndFiltersByCampaign) {
  delivery::Ledger ledger = some_ledger();
  delivery::EngagementFact event;
  event.key.campaign = 5;
  event.type = delivery::EngagementType::impression;
  event.at = event.logged_at = now;
  event.event = 1;
  apply(ledger, event);
  EXPECT_EQ(inbox(ledger, 9).unread, 5U);
  event.type = delivery::EngagementType::click;
  event.event = 2;
  event.machine = true;
  apply(ledger, event);
  EXPECT_EQ(inbox(ledger, 9).unread, 5U);
  event.event = 3;
  event.machine = false;
  apply(ledger, event);
  EXPECT_EQ(inbox(ledger, 9).unread, 4U);
  const InboxPage page = inbox(ledger, 9, std::nullopt, [](delivery::CampaignNumber campaign) { return campaign >= 4; });
  EXPECT_EQ(page.entries.size(), 2U);
  EXPECT_EQ(page.unread, 1U);
}

TEST(InboxCursor, RefusesWhatItDidNotWrite) {
  for (const char* text : {"", "1", "1.c1", "x.c1.1.page", "1795392000000.c1.1", "1795392000000.c1.1.page.x", "-5.c1.1.page"})
    EXPECT_FALSE(parse_inbox_cursor(text)) << text;
}

}  // namespace
}  // namespace zhida::page
