#pragma once

#include "domain/delivery/ledger.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

namespace zhida::delivery::testing {

using Fact = std::variant<IntentFact, ReceiptFact, EngagementFact, OutcomeFact>;

inline const Instant monday = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + std::chrono::hours(1);

/// The topics of one enterprise's partition, each in its own order. Facts view into `decisions` and `left_out`.
struct Topics {
  std::vector<std::vector<Fact>> topics{6};  // intents, intents-urgent, receipts, receipts-urgent, engagements, outcomes
  std::deque<std::vector<ItemDecision>> decisions;
  std::deque<std::vector<std::uint16_t>> left_out;

  const Fact& at(std::size_t topic, std::size_t position) const { return topics[topic][position]; }
};

inline bool apply_fact(Ledger& ledger, const Fact& fact) {
  return std::visit([&](const auto& known) { return apply(ledger, known); }, fact);
}

template <class Number>
Number number(Number least, Number end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Number>(least, end));
}

inline Instant some_time(int days) { return monday + std::chrono::milliseconds(number<std::int64_t>(0, std::int64_t{86'400'000} * days)); }

inline IntentKeyView some_key() {
  static constexpr const char* occurrences[] = {"1", "2026-12-01"};
  static constexpr const char* channels[] = {"page", "sms"};
  IntentKeyView key;
  key.campaign = number<CampaignNumber>(1, 4);
  key.occurrence = occurrences[number(0, 5) == 0 ? 1 : 0];
  key.channel = channels[number(0, 5) == 0 ? 1 : 0];
  return key;
}

inline ItemDecision some_decision() {
  ItemDecision decision;
  decision.verdict = static_cast<Verdict>(number(0, 4));
  decision.window = static_cast<Window>(number(0, 3));
  if (number(0, 3) != 0) decision.benefit = number<std::int64_t>(0, 50) * 10'000 + number<std::int64_t>(0, 2);
  return decision;
}

/// Campaigns 1–3 with two items each; intents decided twice, receipts of any kind, doubled and late events among them.
inline Topics some_topics() {
  Topics made;
  for (std::size_t lane = 0; lane < 2; ++lane) {
    const int intents = number(0, 5);
    for (int i = 0; i < intents; ++i) {
      made.decisions.push_back({some_decision(), some_decision()});
      IntentFact fact;
      fact.key = some_key();
      fact.place = {lane == 1, static_cast<std::uint64_t>(i) * 3, number<std::uint16_t>(0, 1000)};
      static constexpr State decisions[] = {State::suppressed, State::matched, State::matched,
                                            State::matched,    State::expired, State::cancelled};
      fact.state = decisions[number(0, 6)];
      fact.reason = fact.state == State::suppressed ? static_cast<Reason>(number(1, 13)) : Reason::none;
      fact.decided_at = some_time(3);
      fact.size = static_cast<SizeBand>(number(0, 5));
      fact.street = number(0, 3) == 0 ? 0 : 310117001U + number(0U, 120U);
      fact.items = made.decisions.back();
      made.topics[lane].push_back(fact);
    }
    const int receipts = number(0, 8);
    for (int i = 0; i < receipts; ++i) {
      ReceiptFact fact;
      fact.key = some_key();
      fact.status.state = number(0, 2) == 0 ? State::delivered : static_cast<State>(number(1, 15));
      fact.status.attempt = number(0U, 3U);
      fact.status.reason = fact.status.state == State::suppressed ? static_cast<Reason>(number(1, 13)) : Reason::none;
      fact.status.at = some_time(5);
      if (fact.status.state == State::deferred) fact.status.until = some_time(9);
      if (fact.status.state == State::delivered && number(0, 3) == 0) {
        static const std::vector<std::uint16_t> parts[] = {{1}, {2}, {1, 2}};
        made.left_out.push_back(parts[number(0, 3)]);
        fact.left_out = made.left_out.back();
      }
      made.topics[2 + lane].push_back(fact);
    }
  }
  const int engagements = number(0, 20);
  Instant logged = monday;
  for (int i = 0; i < engagements; ++i) {
    logged += std::chrono::hours(number(0, 40));
    EngagementFact fact;
    fact.key = some_key();
    fact.part = number<std::uint16_t>(0, 4);
    fact.type = static_cast<EngagementType>(number(0, 8));
    fact.at = logged - std::chrono::milliseconds(number<std::int64_t>(0, std::int64_t{86'400'000} * (number(0, 8) == 0 ? 12 : 2)));
    fact.event = number<std::uint64_t>(1, 25);
    fact.machine = number(0, 3) == 0;
    fact.logged_at = logged;
    made.topics[4].push_back(fact);
  }
  const int outcomes = number(0, 5);
  for (int i = 0; i < outcomes; ++i) {
    OutcomeFact fact;
    fact.id = number<std::uint64_t>(1, 6);
    fact.item = hash_of(number(0, 2) == 0 ? "A" : "B");
    fact.type = static_cast<OutcomeType>(number(0, 6));
    fact.at = some_time(60);
    if (number(0, 3) != 0) fact.amount_fen = number<std::int64_t>(0, 1'000'000) * 100;
    fact.instalment = number(0U, 3U);
    made.topics[5].push_back(fact);
  }
  return made;
}

/// Folds topic after topic: the plainest interleaving.
inline Ledger fold_in_turn(const Topics& made) {
  Ledger ledger;
  for (const auto& topic : made.topics)
    for (const Fact& fact : topic) apply_fact(ledger, fact);
  return ledger;
}

/// Folds in an arbitrary interleaving that keeps each topic's order, and repeats earlier facts now and then.
inline Ledger fold_interleaved(const Topics& made) {
  Ledger ledger;
  std::vector<std::size_t> next(made.topics.size());
  while (true) {
    std::vector<std::size_t> unread;
    for (std::size_t topic = 0; topic < next.size(); ++topic)
      if (next[topic] < made.topics[topic].size()) unread.push_back(topic);
    if (unread.empty()) break;
    const std::size_t topic = unread[number<std::size_t>(0, unread.size())];
    apply_fact(ledger, made.at(topic, next[topic]++));
    if (number(0, 3) == 0) apply_fact(ledger, made.at(topic, number<std::size_t>(0, next[topic])));
  }
  return ledger;
}

}  // namespace zhida::delivery::testing
