#include "domain/delivery/intent_codec.hpp"

#include "domain/delivery/codec_values.hpp"

#include <limits>
#include <stdexcept>
#include <tuple>

namespace zhida::delivery {
namespace {

// First byte of an intent.
constexpr unsigned has_decision = 0x01;
constexpr unsigned has_receipt = 0x02;
constexpr unsigned was_delivered = 0x04;
constexpr unsigned just_delivered = 0x08;  // the receipt says delivered at delivered_at and nothing else
constexpr unsigned usual_key = 0x10;       // occurrence 1 on the page
constexpr unsigned has_engaged = 0x20;
constexpr unsigned same_hour = 0x40;  // decided in the hour of delivery
constexpr unsigned urgent_lane = 0x80;

// First byte of a decision: the size in three bits, then
constexpr unsigned is_suppressed = 0x08;
constexpr unsigned has_one_item = 0x10;
constexpr unsigned is_expired = 0x20;
constexpr unsigned is_cancelled = 0x40;

// First byte of a receipt: the state in four bits, then
constexpr unsigned has_until = 0x10;
constexpr unsigned has_reason = 0x20;
constexpr unsigned has_attempt = 0x40;
constexpr unsigned has_left_out = 0x80;

// First byte of an engaged hour: the type in three bits, then
constexpr unsigned next_part = 0x08;   // a distance from the part before follows
constexpr unsigned next_hour = 0x10;   // part and type as before; the hour counts from the one before
constexpr unsigned one_person = 0x20;  // one event, by a person

constexpr std::uint64_t places_in_block = 1024;
constexpr Hour first_hour = static_cast<Hour>(std::chrono::duration_cast<std::chrono::hours>(time_base.time_since_epoch()).count());
constexpr Hour hour_limit = first_hour + 34 * 366 * 24;

// The middle of Songjiang's streets and towns (310117001 … 310117121): these take one byte, Shanghai's others three.
constexpr std::int64_t street_base = 310'117'061;

std::uint64_t packed_street(std::uint32_t street) {
  if (street == 0) return 0;
  const std::int64_t away = static_cast<std::int64_t>(street) - street_base;
  return 1 + ((static_cast<std::uint64_t>(away) << 1) ^ static_cast<std::uint64_t>(away >> 63));
}

std::uint32_t get_street(ByteReader& in) {
  const std::uint64_t packed = in.number();
  if (packed == 0) return 0;
  const std::int64_t away = static_cast<std::int64_t>((packed - 1) >> 1) ^ -static_cast<std::int64_t>((packed - 1) & 1);
  if (away <= -street_base || away > std::numeric_limits<std::uint32_t>::max() - street_base) in.fail();
  return in.good() ? static_cast<std::uint32_t>(street_base + away) : 0;
}

unsigned flags_of(const IntentRecord& record) {
  unsigned flags = 0;
  const Status& receipt = record.receipt;
  if (record.decision) flags |= has_decision;
  if (record.delivered_at) flags |= was_delivered;
  if (receipt.state != State::none) {
    const bool plain =
        record.delivered_at && record.left_out.empty() && receipt == Status{State::delivered, 0, Reason::none, *record.delivered_at, {}};
    flags |= plain ? just_delivered : has_receipt;
  }
  if (record.key.occurrence == "1" && record.key.channel == "page") flags |= usual_key;
  if (!record.engaged.empty()) flags |= has_engaged;
  if (record.decision && record.delivered_at && hour_of(*record.delivered_at) == record.decision->hour) flags |= same_hour;
  if (record.decision && record.decision->place.urgent) flags |= urgent_lane;
  return flags;
}

/// Hours of engagement are counted from here: mostly small distances.
Hour base_hour(const IntentRecord& record) {
  if (record.delivered_at) return hour_of(*record.delivered_at);
  return record.decision ? record.decision->hour : first_hour;
}

void put_decision(ByteWriter& out, const Decision& decision, unsigned flags) {
  if (decision.place.index >= places_in_block) throw std::out_of_range("a block has at most 1,000 facts");
  out.number(decision.place.offset * places_in_block + decision.place.index);
  unsigned head = static_cast<unsigned>(decision.size);
  if (decision.state == State::suppressed) head |= is_suppressed;
  if (decision.state == State::expired) head |= is_expired;
  if (decision.state == State::cancelled) head |= is_cancelled;
  if (decision.items.size() == 1) head |= has_one_item;
  out.byte(head);
  if ((head & is_suppressed) != 0) out.byte(static_cast<unsigned>(decision.reason));
  out.number(packed_street(decision.street));
  if ((flags & same_hour) == 0) out.number(decision.hour - first_hour);
  if ((head & has_one_item) == 0) out.number(decision.items.size());
  for (const ItemDecision& item : decision.items) {
    out.byte(static_cast<unsigned>(item.verdict) | static_cast<unsigned>(item.window) << 2 | (item.benefit ? has_benefit : 0));
    if (item.benefit) out.amount(*item.benefit);
  }
}

State get_decided(ByteReader& in, unsigned how) {
  switch (how) {
    case 0:
      return State::matched;
    case is_suppressed:
      return State::suppressed;
    case is_expired:
      return State::expired;
    case is_cancelled:
      return State::cancelled;
    default:
      in.fail();
      return State::matched;
  }
}

void get_decision(ByteReader& in, Decision& decision, unsigned flags) {
  const std::uint64_t place = in.number();
  decision.place.urgent = (flags & urgent_lane) != 0;
  decision.place.offset = place / places_in_block;
  decision.place.index = static_cast<std::uint16_t>(place % places_in_block);
  const unsigned head = in.byte();
  if (head >= 2 * is_cancelled) in.fail();
  decision.size = get_enum<SizeBand>(in, head & 0x07);
  decision.state = get_decided(in, head & (is_suppressed | is_expired | is_cancelled));
  decision.reason = (head & is_suppressed) != 0 ? get_enum<Reason>(in, in.byte()) : Reason::none;
  decision.street = get_street(in);
  if ((flags & same_hour) == 0) decision.hour = first_hour + static_cast<Hour>(in.number(hour_limit - first_hour));
  const std::uint64_t items = (head & has_one_item) != 0 ? 1 : in.number(std::numeric_limits<std::uint16_t>::max());
  if (items == 1 && (head & has_one_item) == 0) in.fail();
  decision.items.clear();
  for (std::uint64_t i = 0; i < items && in.good(); ++i) {
    const unsigned bits = in.byte();
    if (bits >= 2 * has_benefit) in.fail();
    ItemDecision item;
    item.verdict = get_enum<Verdict>(in, bits & 0x03);
    item.window = get_enum<Window>(in, bits >> 2 & 0x03);
    if ((bits & has_benefit) != 0) item.benefit = in.amount();
    decision.items.push_back(item);
  }
}

void put_parts(ByteWriter& out, const std::vector<std::uint16_t>& parts) {
  out.number(parts.size());
  std::uint16_t before = 0;
  for (const std::uint16_t part : parts) {
    out.number(part - before);
    before = part;
  }
}

void get_parts(ByteReader& in, std::vector<std::uint16_t>& parts) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint16_t>::max();
  const std::uint64_t count = in.number(most);
  if (count == 0) in.fail();
  std::uint64_t part = 0;
  for (std::uint64_t i = 0; i < count && in.good(); ++i) {
    const std::uint64_t step = in.number(most - part);
    if (step == 0) in.fail();
    part += step;
    parts.push_back(static_cast<std::uint16_t>(part));
  }
}

void put_receipt(ByteWriter& out, const IntentRecord& record) {
  const Status& receipt = record.receipt;
  const bool until = receipt.until != Instant{};
  out.byte(static_cast<unsigned>(receipt.state) | (until ? has_until : 0) | (receipt.reason != Reason::none ? has_reason : 0) |
           (receipt.attempt != 0 ? has_attempt : 0) | (record.left_out.empty() ? 0 : has_left_out));
  put_time(out, receipt.at);
  if (until) put_time(out, receipt.until);
  if (receipt.reason != Reason::none) out.byte(static_cast<unsigned>(receipt.reason));
  if (receipt.attempt != 0) out.number(receipt.attempt);
  if (!record.left_out.empty()) put_parts(out, record.left_out);
}

void get_receipt(ByteReader& in, IntentRecord& record) {
  Status& receipt = record.receipt;
  const unsigned head = in.byte();
  receipt.state = get_enum<State>(in, head & 0x0F);
  receipt.at = get_time(in);
  if ((head & has_until) != 0) receipt.until = get_time(in);
  if ((head & has_reason) != 0) {
    receipt.reason = get_enum<Reason>(in, in.byte());
    if (receipt.reason == Reason::none) in.fail();
  }
  if ((head & has_attempt) != 0) {
    receipt.attempt = static_cast<std::uint32_t>(in.number(std::numeric_limits<std::uint32_t>::max()));
    if (receipt.attempt == 0) in.fail();
  }
  if (receipt.state == State::none || (is_closed(receipt.state) && receipt.attempt != 0)) in.fail();
  if (receipt.state != State::deferred && receipt.until != Instant{}) in.fail();
  if ((head & has_left_out) != 0) get_parts(in, record.left_out);
  if (!record.left_out.empty() && !record.delivered_at) in.fail();
}

bool follows(const EngagedHour& before, const EngagedHour& engaged) { return before.part == engaged.part && before.type == engaged.type; }

void put_engaged(ByteWriter& out, const std::vector<EngagedHour>& hours, Hour base) {
  out.number(hours.size());
  EngagedHour before;
  bool first = true;
  for (const EngagedHour& engaged : hours) {
    const bool again = !first && follows(before, engaged);
    const bool one = engaged.people == 1 && engaged.machine == 0;
    unsigned head = static_cast<unsigned>(engaged.type) | (one ? one_person : 0);
    if (again) head |= next_hour;
    if (engaged.part != before.part) head |= next_part;
    out.byte(head);
    if (engaged.part != before.part) out.number(static_cast<std::uint64_t>(engaged.part - before.part));
    if (again)
      out.number(engaged.hour - before.hour);
    else
      out.signed_number(static_cast<std::int64_t>(engaged.hour) - base);
    if (!one) {
      out.number(engaged.people);
      out.number(engaged.machine);
    }
    if (engaged.people != 0) out.number(engaged.first_second);
    if (engaged.people > 1) out.number(static_cast<std::uint64_t>(engaged.last_second - engaged.first_second));
    before = engaged;
    first = false;
  }
}

void get_engaged(ByteReader& in, std::vector<EngagedHour>& hours, Hour base) {
  constexpr std::uint64_t many = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t count = in.number();
  hours.clear();
  EngagedHour before;
  for (std::uint64_t i = 0; i < count && in.good(); ++i) {
    EngagedHour engaged;
    const unsigned head = in.byte();
    const bool again = (head & next_hour) != 0;
    const bool one = (head & one_person) != 0;
    if (head >= 2 * one_person || (again && (i == 0 || (head & next_part) != 0))) in.fail();
    engaged.type = static_cast<EngagementType>(head & 0x07);
    engaged.part = before.part;
    if ((head & next_part) != 0) {
      const std::uint64_t away = in.number(std::numeric_limits<std::uint16_t>::max() - before.part);
      if (away == 0) in.fail();
      engaged.part = static_cast<std::uint16_t>(before.part + away);
    }
    if (again && engaged.type != before.type) in.fail();
    if (!again && i != 0 && std::tie(before.part, before.type) >= std::tie(engaged.part, engaged.type)) in.fail();
    if (again) {
      const std::uint64_t away = in.number(hour_limit);
      if (away == 0) in.fail();
      engaged.hour = static_cast<Hour>(before.hour + away);
    } else {
      const std::int64_t away = in.signed_number();
      if (away < -static_cast<std::int64_t>(base) || away > static_cast<std::int64_t>(hour_limit)) in.fail();
      engaged.hour = in.good() ? static_cast<Hour>(base + away) : 0;
    }
    if (engaged.hour < first_hour || engaged.hour >= hour_limit) in.fail();
    engaged.people = one ? 1 : static_cast<std::uint32_t>(in.number(many));
    engaged.machine = one ? 0 : static_cast<std::uint32_t>(in.number(many));
    if ((engaged.people == 0 && engaged.machine == 0) || (!one && engaged.people == 1 && engaged.machine == 0)) in.fail();
    if (engaged.people != 0) engaged.first_second = static_cast<std::uint16_t>(in.number(3599));
    engaged.last_second = engaged.first_second;
    if (engaged.people > 1)
      engaged.last_second = static_cast<std::uint16_t>(engaged.first_second + in.number(3599U - engaged.first_second));
    if (in.good()) hours.push_back(engaged);
    before = engaged;
  }
  if (hours.empty()) in.fail();
}

}  // namespace

void put_intent(ByteWriter& out, const IntentRecord& record, CampaignNumber before) {
  const unsigned flags = flags_of(record);
  out.byte(flags);
  out.number(record.key.campaign - before);
  if ((flags & usual_key) == 0) {
    out.text(record.key.occurrence);
    out.text(record.key.channel);
  }
  if (record.delivered_at) put_time(out, *record.delivered_at);
  if (record.decision) put_decision(out, *record.decision, flags);
  if ((flags & has_receipt) != 0) put_receipt(out, record);
  if ((flags & has_engaged) != 0) put_engaged(out, record.engaged, base_hour(record));
}

void get_intent(ByteReader& in, IntentRecord& record, CampaignNumber before) {
  const unsigned flags = in.byte();
  record.key.campaign = before + static_cast<CampaignNumber>(in.number(std::numeric_limits<CampaignNumber>::max() - before));
  record.key.occurrence = "1";
  record.key.channel = "page";
  if ((flags & usual_key) == 0) {
    record.key.occurrence = in.text();
    record.key.channel = in.text();
  }
  record.delivered_at.reset();
  if ((flags & was_delivered) != 0) record.delivered_at = get_time(in);
  if ((flags & has_decision) == 0) {
    record.decision.reset();
  } else {
    if (!record.decision) record.decision.emplace();
    Decision& decision = *record.decision;
    if ((flags & same_hour) != 0 && record.delivered_at) decision.hour = hour_of(*record.delivered_at);
    get_decision(in, decision, flags);
  }
  record.receipt = {};
  record.left_out.clear();
  if ((flags & just_delivered) != 0 && record.delivered_at)
    record.receipt = {State::delivered, 0, Reason::none, *record.delivered_at, {}};
  else if ((flags & has_receipt) != 0)
    get_receipt(in, record);
  record.engaged.clear();
  if ((flags & has_engaged) != 0) get_engaged(in, record.engaged, base_hour(record));
  // Each record has one form: whatever flags do not fit what they led to were not written by us.
  if (flags != flags_of(record)) in.fail();
}

}  // namespace zhida::delivery
