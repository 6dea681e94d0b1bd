#pragma once

#include "domain/date_time.hpp"
#include "domain/enum_names.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace zhida::delivery {

using domain::Instant;

/// Where an intent stands. Open states come first, in the order of their ranks; then the closed ones.
/// `none` stands for "nothing heard yet" and is never written.
enum class State : std::uint8_t {
  none,
  matched,
  queued,
  claimed,
  deferred,
  sent,
  temporary_failure,
  accepted,
  suppressed,
  expired,
  cancelled,
  technical_failure,
  permanent_failure,
  delivered,
  late_bounced,
};

/// The rank inside its phase: matched 10, queued 20, claimed 30, deferred 35, sent 40, temporary_failure 45, accepted 50;
/// suppressed 61, expired 62, cancelled 63, technical_failure 64, permanent_failure 65, delivered 70, late_bounced 75.
int rank(State state);

/// No later attempt can follow.
constexpr bool is_closed(State state) { return state >= State::suppressed; }

/// Why an intent was not sent, or not yet. The suppression reasons are a closed list; the last two only ever defer.
enum class Reason : std::uint8_t {
  none,
  cap_day,
  cap_week,
  min_gap,
  opted_out,
  later_wave,
  no_address,
  no_consent,
  already_applied,
  ineligible_at_send,
  item_withdrawn,
  test,
  collision,
  quiet_hours,
  non_working_day,
};

constexpr bool is_suppression(Reason reason) { return reason >= Reason::cap_day && reason <= Reason::collision; }

/// A state with what belongs to it. Merging takes the maximum by (closed, attempt, rank); equal ones are settled by the earlier `at`, then
/// the later `until`, then the lower reason, so that merging is commutative, associative and idempotent.
struct Status {
  State state = State::none;
  std::uint32_t attempt = 0;  ///< 0 in closed states, where it does not count
  Reason reason = Reason::none;
  Instant at{};     ///< when the state was entered
  Instant until{};  ///< end of a deferral; the epoch otherwise

  friend bool operator==(const Status&, const Status&) = default;
};

/// Whether `a` loses against `b`.
bool weaker(const Status& a, const Status& b);

/// `at` fits what a ledger can keep: 2020-01-01 up to 2054. Contracts refuse other times.
bool is_keepable(Instant at);

}  // namespace zhida::delivery

template <>
struct zhida::domain::EnumNames<zhida::delivery::State> {
  static constexpr std::array<std::string_view, 15> names{
      "none",       "matched", "queued",    "claimed",           "deferred",          "sent",      "temporary_failure", "accepted",
      "suppressed", "expired", "cancelled", "technical_failure", "permanent_failure", "delivered", "late_bounced"};
};

template <>
struct zhida::domain::EnumNames<zhida::delivery::Reason> {
  static constexpr std::array<std::string_view, 15> names{
      "none",           "cap_day",    "cap_week",   "min_gap",         "opted_out",
      "later_wave",     "no_address", "no_consent", "already_applied", "ineligible_at_send",
      "item_withdrawn", "test",       "collision",  "quiet_hours",     "non_working_day"};
};
