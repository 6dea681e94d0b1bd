#pragma once

#include "domain/delivery/facts.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace zhida::delivery {

/// The decision of an intent, as its first record in the log says.
struct Decision {
  Place place;
  State state = State::matched;
  Reason reason = Reason::none;
  Hour hour = 0;
  SizeBand size = SizeBand::unknown;
  std::uint32_t street = 0;  ///< 0 = unknown
  std::vector<ItemDecision> items;

  friend bool operator==(const Decision&, const Decision&) = default;
};

/// What happened within one hour to one part of an intent. Machines are counted apart and leave the seconds alone.
struct EngagedHour {
  std::uint16_t part = 0;
  EngagementType type = EngagementType::impression;
  Hour hour = 0;
  std::uint32_t people = 0;
  std::uint32_t machine = 0;
  std::uint16_t first_second = 0;  ///< of the hour; first and last event of people
  std::uint16_t last_second = 0;

  friend bool operator==(const EngagedHour&, const EngagedHour&) = default;
};

/// Everything of one type that happened to one part. Times are whole seconds, of people's events; nothing if there were none.
struct Engaged {
  std::uint64_t people = 0;
  std::uint64_t machine = 0;
  std::optional<Instant> first;
  std::optional<Instant> last;
};

/// One intent of the enterprise. Without `decision` only early facts are known and it counts nowhere yet.
struct IntentRecord {
  IntentKey key;
  std::optional<Decision> decision;
  Status receipt;                       ///< the strongest receipt; State::none before the first
  std::optional<Instant> delivered_at;  ///< the first `delivered` receipt, whatever followed
  std::vector<std::uint16_t> left_out;  ///< parts of the campaign that this delivery came without: withdrawn before it; ascending
  std::vector<EngagedHour> engaged;     ///< ordered by part, type, hour

  /// Decision and receipts taken together; State::none while undecided.
  Status status() const;
  /// Whether item `part` was no longer in the package when it was delivered.
  bool leaves_out(std::uint16_t part) const;
  Engaged engagement(std::uint16_t part, EngagementType type) const;
  /// Over all parts.
  Engaged engagement(EngagementType type) const;

  friend bool operator==(const IntentRecord&, const IntentRecord&) = default;
};

/// A remembered event id, by the UTC day the event is dated.
struct SeenEvent {
  std::uint32_t day = 0;
  std::uint64_t event = 0;

  friend auto operator<=>(const SeenEvent&, const SeenEvent&) = default;
};

/// Everything folded about one enterprise from the topics of its partition.
///
/// Invariant: facts may come in any interleaving of the topics, and again, and the ledger is the same, byte for byte; only the order inside
/// one topic is given. An early receipt or engagement waits in a record without decision. Event ids are remembered for 8 days of the
/// enterprise's own engagement records' log time; an engagement dated more than 8 days before that is ignored, since it could be a
/// forgotten double.
struct Ledger {
  std::vector<IntentRecord> intents;  ///< ordered by key
  std::vector<OutcomeFact> outcomes;  ///< ordered by (at, id)
  std::vector<SeenEvent> seen;        ///< ordered
  std::uint32_t logged_day = 0;       ///< highest UTC day of an engagement's log time; 0 before the first

  const IntentRecord* find(IntentKeyView key) const;

  friend bool operator==(const Ledger&, const Ledger&) = default;
};

/// Merges one fact; true if the ledger changed.
bool apply(Ledger& ledger, const IntentFact& fact);
bool apply(Ledger& ledger, const ReceiptFact& fact);
bool apply(Ledger& ledger, const EngagementFact& fact);
bool apply(Ledger& ledger, const OutcomeFact& fact);

}  // namespace zhida::delivery
