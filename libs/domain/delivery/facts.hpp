#pragma once

#include "domain/delivery/intent_id.hpp"
#include "domain/delivery/state.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>

namespace zhida::delivery {

/// Hours since 1970 UTC. Shanghai's days begin on whole hours of it.
using Hour = std::uint32_t;

constexpr Hour hour_of(Instant at) { return static_cast<Hour>(std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count()); }

/// Where the log keeps the decision: a fact inside a block of `intents` or `intents-urgent`. The smaller place is the earlier decision.
struct Place {
  bool urgent = false;  ///< the block is in `intents-urgent`
  std::uint64_t offset = 0;
  std::uint16_t index = 0;  ///< position in the block, from 0, below 1,024

  friend auto operator<=>(const Place&, const Place&) = default;
};

enum class SizeBand : std::uint8_t { unknown, micro, small, medium, large };
enum class Verdict : std::uint8_t { eligible, manual, unknown, ineligible };
enum class Window : std::uint8_t { open, not_yet, closed };

/// What was decided about one item of the package.
struct ItemDecision {
  Verdict verdict = Verdict::unknown;
  Window window = Window::open;
  std::optional<std::int64_t> benefit;  ///< yuan, at least 0; nothing = unknown, which is not 0

  friend bool operator==(const ItemDecision&, const ItemDecision&) = default;
};

/// One intent was decided, `matched` or `suppressed`.
struct IntentFact {
  IntentKeyView key;
  Place place;
  State state = State::matched;
  Reason reason = Reason::none;
  Instant decided_at;
  SizeBand size = SizeBand::unknown;
  std::uint32_t street = 0;               ///< nine-digit code, 0 = unknown
  std::span<const ItemDecision> items{};  ///< in the order of the campaign's items
};

/// An intent changed its state.
struct ReceiptFact {
  IntentKeyView key;
  Status status;
  std::span<const std::uint16_t> left_out{};  ///< of a delivery: items withdrawn before it, numbered from 1 as parts are, ascending
};

enum class EngagementType : std::uint8_t { impression, seen, click, dismissed, not_relevant, apply_started, apply_submitted, rated };

/// Somebody, or a machine, did something with a delivered intent.
struct EngagementFact {
  IntentKeyView key;
  std::uint16_t part = 0;  ///< 0 = the package as a whole, n = its n-th item
  EngagementType type = EngagementType::impression;
  Instant at;
  std::uint64_t event = 0;  ///< hash of the event's id: `hash_of(id)`
  bool machine = false;
  Instant logged_at;  ///< `ce_time` of the record; decides, with those before it, how long event ids are remembered
};

enum class OutcomeType : std::uint8_t { applied, granted, rejected, paid, returned, recovered };

/// The data centre reported what came of it; needs no intent.
struct OutcomeFact {
  std::uint64_t id = 0;    ///< `hash_of` its id; the first record of an id counts
  std::uint64_t item = 0;  ///< `hash_of` the item's id
  OutcomeType type = OutcomeType::applied;
  Instant at;
  std::optional<std::int64_t> amount_fen;  ///< at least 0
  std::uint32_t instalment = 0;            ///< 0 = none named

  friend bool operator==(const OutcomeFact&, const OutcomeFact&) = default;
};

/// XXH3-64 of an id: ledgers remember ids of events, outcomes and items in 8 bytes. Never 0.
std::uint64_t hash_of(std::string_view id);

}  // namespace zhida::delivery

template <>
struct zhida::domain::EnumNames<zhida::delivery::SizeBand> {
  static constexpr std::array<std::string_view, 5> names{"unknown", "micro", "small", "medium", "large"};
};
template <>
struct zhida::domain::EnumNames<zhida::delivery::Verdict> {
  static constexpr std::array<std::string_view, 4> names{"eligible", "manual", "unknown", "ineligible"};
};
template <>
struct zhida::domain::EnumNames<zhida::delivery::Window> {
  static constexpr std::array<std::string_view, 3> names{"open", "not_yet", "closed"};
};
template <>
struct zhida::domain::EnumNames<zhida::delivery::EngagementType> {
  static constexpr std::array<std::string_view, 8> names{"impression",   "seen",          "click",           "dismissed",
                                                         "not_relevant", "apply_started", "apply_submitted", "rated"};
};
template <>
struct zhida::domain::EnumNames<zhida::delivery::OutcomeType> {
  static constexpr std::array<std::string_view, 6> names{"applied", "granted", "rejected", "paid", "returned", "recovered"};
};
