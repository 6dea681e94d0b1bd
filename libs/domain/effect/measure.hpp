#pragma once

#include "domain/delivery/state.hpp"
#include "domain/enum_names.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::effect {

/// What is counted. Every measure is a sum over enterprises, so measures add up over partitions.
/// Money is in fen. "People" excludes what was labelled machine traffic.
enum class Measure : std::uint8_t {
  decided,              ///< intents; = the sum over `by_state`
  enterprises,          ///< distinct enterprises with a decided intent
  reach_base,           ///< of these: not all intents suppressed as ineligible_at_send, already_applied or test
  delivered,            ///< distinct enterprises with an intent that stands delivered
  reached,              ///< distinct enterprises with a first impression or seen by people
  impressions,          ///< distinct events of people
  impressions_unique,   ///< distinct (campaign, enterprise)
  impressions_machine,  ///< distinct events of machines
  clicks,
  clicks_unique,
  clicks_machine,
  clicked_and_shown,  ///< distinct (campaign, enterprise) with impression and click: the numerator of CTR
  conversions,
  benefit_estimated,    ///< of eligible items not granted or paid yet
  benefit_conditional,  ///< the same of items whose verdict is manual
  benefit_confirmed,    ///< granted, not paid yet
  benefit_paid,         ///< paid less returned and recovered
  benefit_unknown,      ///< number of benefits whose amount is unknown
  verdict_eligible,     ///< of an item: distinct enterprises by the verdict decided
  verdict_manual,
  verdict_unknown,
  verdict_ineligible,
  seen_unique,  ///< distinct (campaign, enterprise), people
  dismissed_unique,
  not_relevant_unique,
  apply_started_unique,
  apply_submitted_unique,
  rated_unique,
};

inline constexpr int measure_count = 28;
inline constexpr int first_state_measure = 64;
inline constexpr int first_reason_measure = 96;

/// The measures that count intents by state and suppressed ones by reason.
constexpr Measure by_state(delivery::State state) { return static_cast<Measure>(first_state_measure + static_cast<int>(state)); }
constexpr Measure by_reason(delivery::Reason reason) { return static_cast<Measure>(first_reason_measure + static_cast<int>(reason)); }

std::optional<delivery::State> state_of(Measure measure);
std::optional<delivery::Reason> reason_of(Measure measure);

/// `clicks_unique`, `state_delivered`, `reason_opted_out`.
std::string name_of(Measure measure);
std::optional<Measure> measure_named(std::string_view name);

}  // namespace zhida::effect
