#include "domain/delivery/codec.hpp"

#include "domain/delivery/codec_values.hpp"
#include "domain/delivery/intent_codec.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace zhida::delivery {
namespace {

// First byte of a ledger: version, then what it has besides intents.
constexpr unsigned version = 1;
constexpr unsigned version_mask = 0x0F;
constexpr unsigned has_outcomes = 0x10;
constexpr unsigned has_events = 0x20;

void put_outcomes(ByteWriter& out, const std::vector<OutcomeFact>& outcomes) {
  out.number(outcomes.size());
  for (const OutcomeFact& outcome : outcomes) {
    out.byte(static_cast<unsigned>(outcome.type) | (outcome.amount_fen ? has_benefit : 0));
    out.fixed(outcome.id, 8);
    out.fixed(outcome.item, 8);
    put_time(out, outcome.at);
    if (outcome.amount_fen) out.amount(*outcome.amount_fen);
    out.number(outcome.instalment);
  }
}

void get_outcomes(ByteReader& in, std::vector<OutcomeFact>& outcomes) {
  const std::uint64_t count = in.number();
  if (count == 0) in.fail();
  for (std::uint64_t i = 0; i < count && in.good(); ++i) {
    OutcomeFact outcome;
    const unsigned head = in.byte();
    if (head >= 2 * has_benefit) in.fail();
    outcome.type = get_enum<OutcomeType>(in, head & 0x0F);
    outcome.id = in.fixed(8);
    outcome.item = in.fixed(8);
    outcome.at = get_time(in);
    if ((head & has_benefit) != 0) outcome.amount_fen = in.amount();
    outcome.instalment = static_cast<std::uint32_t>(in.number(std::numeric_limits<std::uint32_t>::max()));
    if (i != 0 && std::tie(outcomes.back().at, outcomes.back().id) >= std::tie(outcome.at, outcome.id)) in.fail();
    outcomes.push_back(outcome);
  }
}

void put_events(ByteWriter& out, const Ledger& ledger) {
  out.number(ledger.logged_day);
  std::uint64_t days = 0;
  for (std::size_t i = 0; i < ledger.seen.size(); ++i)
    if (i == 0 || ledger.seen[i].day != ledger.seen[i - 1].day) ++days;
  out.number(days);
  std::uint32_t before = 0;
  for (auto day = ledger.seen.begin(); day != ledger.seen.end();) {
    const auto end = std::find_if(day, ledger.seen.end(), [&](const SeenEvent& event) { return event.day != day->day; });
    out.number(day->day - before);
    out.number(static_cast<std::uint64_t>(end - day));
    before = day->day;
    for (; day != end; ++day) out.fixed(day->event, 8);
  }
}

void get_events(ByteReader& in, Ledger& ledger) {
  constexpr std::uint64_t last_day = std::numeric_limits<std::uint32_t>::max();
  ledger.logged_day = static_cast<std::uint32_t>(in.number(last_day));
  if (ledger.logged_day == 0) in.fail();
  const std::uint64_t days = in.number();
  SeenEvent event;
  for (std::uint64_t i = 0; i < days && in.good(); ++i) {
    const std::uint64_t away = in.number(last_day - event.day);
    const std::uint64_t count = in.number();
    if ((away == 0 && i != 0) || count == 0) in.fail();
    event.day += static_cast<std::uint32_t>(away);
    for (std::uint64_t k = 0; k < count && in.good(); ++k) {
      event.event = in.fixed(8);
      if (k != 0 && ledger.seen.back().event >= event.event) in.fail();
      ledger.seen.push_back(event);
    }
  }
}

}  // namespace

void encode_to(std::string& out, const Ledger& ledger) {
  if (ledger == Ledger{}) return;
  ByteWriter writer(out);
  writer.byte(version | (ledger.outcomes.empty() ? 0 : has_outcomes) | (ledger.logged_day == 0 ? 0 : has_events));
  if (!ledger.outcomes.empty()) put_outcomes(writer, ledger.outcomes);
  if (ledger.logged_day != 0) put_events(writer, ledger);
  CampaignNumber before = 0;
  for (const IntentRecord& record : ledger.intents) {
    put_intent(writer, record, before);
    before = record.key.campaign;
  }
}

std::string encode(const Ledger& ledger) {
  std::string out;
  encode_to(out, ledger);
  return out;
}

boost::system::result<void> decode_to(Ledger& ledger, std::string_view bytes) {
  ledger.outcomes.clear();
  ledger.seen.clear();
  ledger.logged_day = 0;
  std::size_t used = 0;
  ByteReader in(bytes);
  if (!bytes.empty()) {
    const unsigned head = in.byte();
    if ((head & version_mask) != version || head >= 2 * has_events) in.fail();
    if ((head & has_outcomes) != 0) get_outcomes(in, ledger.outcomes);
    if ((head & has_events) != 0) get_events(in, ledger);
    if (bytes.size() == 1) in.fail();
  }
  CampaignNumber before = 0;
  while (in.good() && !in.at_end()) {
    if (used == ledger.intents.size()) ledger.intents.emplace_back();
    IntentRecord& record = ledger.intents[used];
    get_intent(in, record, before);
    if (used != 0 && !(ledger.intents[used - 1].key.view() < record.key.view())) in.fail();
    before = record.key.campaign;
    ++used;
  }
  ledger.intents.erase(ledger.intents.begin() + static_cast<std::ptrdiff_t>(used), ledger.intents.end());
  if (!in.good()) return make_error_code(boost::system::errc::bad_message);
  return {};
}

boost::system::result<Ledger> decode(std::string_view bytes) {
  Ledger ledger;
  if (const auto done = decode_to(ledger, bytes); !done) return done.error();
  return ledger;
}

}  // namespace zhida::delivery
