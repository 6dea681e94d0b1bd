#pragma once

#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/outcomes/outcome_recorded.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "domain/delivery/ledger.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the log says, folded a second time: written from the published rules, sharing nothing with the folds it judges but the parsers of
/// messages and the words for things. Plain maps instead of compact forms.
namespace zhida::effect_service::verify {

using delivery::Instant;

/// Campaign, occurrence, channel.
struct IntentName {
  delivery::CampaignNumber campaign = 0;
  std::string occurrence, channel;

  friend auto operator<=>(const IntentName&, const IntentName&) = default;
};

/// One hour of one type of engagement with one part of an intent.
struct EngagedSpan {
  std::uint16_t part = 0;
  delivery::EngagementType type = delivery::EngagementType::impression;
  delivery::Hour hour = 0;

  friend auto operator<=>(const EngagedSpan&, const EngagedSpan&) = default;
};
struct Tally {
  std::uint32_t people = 0, machine = 0;
  int first_second = 0, last_second = 0;  ///< of people, in the hour
};

struct Decided {
  delivery::Place place;
  delivery::State state = delivery::State::matched;
  delivery::Reason reason = delivery::Reason::none;
  delivery::Hour hour = 0;
  delivery::SizeBand size = delivery::SizeBand::unknown;
  std::uint32_t street = 0;
  std::vector<delivery::ItemDecision> items;
};

/// One intent of an enterprise.
struct IntentAccount {
  std::optional<Decided> decided;  ///< by the first record of the intent
  std::optional<delivery::Status> receipt;
  std::optional<Instant> delivered_at;  ///< the first delivered receipt
  std::vector<std::uint16_t> left_out;  ///< numbers of the items that it came without
  std::map<EngagedSpan, Tally> engaged;

  /// Where a decided intent stands: its decision or its strongest receipt.
  delivery::State state() const;
  /// The reason that belongs to the state.
  delivery::Reason reason() const;
};

/// Everything the log says about one enterprise.
struct Account {
  std::map<IntentName, IntentAccount> intents;
  std::map<std::uint64_t, delivery::OutcomeFact> outcomes;  ///< by hash of the id
  std::map<std::uint64_t, std::uint32_t> events;            ///< remembered: hash of the id → latest day it was dated
  std::uint32_t newest_day = 0;                             ///< of engagements' log time

  void take(const contracts::IntentsHeader& header, const contracts::DecidedFact& fact, delivery::Place place);
  void take(const contracts::ReceiptsHeader& header, const contracts::Receipt& receipt);
  void take(const contracts::EngagementRecorded& event, Instant logged_at);
  void take(const contracts::OutcomeRecorded& outcome);

  /// In order of time, then of id.
  std::vector<delivery::OutcomeFact> outcomes_in_time() const;
};

}  // namespace zhida::effect_service::verify
