#include "effect/verify/counting.hpp"

#include "effect/verify/credit.hpp"
#include "effect/verify/worth.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

namespace zhida::effect_service::verify {
namespace {

using delivery::EngagementType;
using delivery::Hour;
using delivery::hour_of;
using delivery::OutcomeType;
using delivery::State;
using effect::CounterKey;
using effect::Measure;

/// What an enterprise is to an item over all campaigns.
struct OverAll {
  bool eligible = false, reached = false;
  std::optional<Worth> estimate;
  std::vector<Worth> money;
};

class Counting {
 public:
  Counting(const Account& account, const Packages& packages, Counts& into)
      : outcomes_(account.outcomes_in_time()),
        campaigns_(campaigns_of(account, packages)),
        owners_(owners_of(campaigns_, outcomes_)),
        into_(into) {}

  void run() {
    if (campaigns_.empty()) return;
    for (std::size_t campaign = 0; campaign < campaigns_.size(); ++campaign) count_campaign(campaign);
    for (const Conversion& conversion : conversions(campaigns_, outcomes_))
      for (const std::uint64_t item : {std::uint64_t{0}, conversion.item})
        at_hour(campaigns_[conversion.campaign], item, Measure::conversions, conversion.hour);
    count_over_all();
  }

 private:
  void add(const CounterKey& key, std::int64_t amount) { into_[key] += amount; }

  void in_total(delivery::CampaignNumber campaign, std::uint64_t item, Measure measure, std::int64_t amount = 1) {
    CounterKey key;
    key.campaign = campaign;
    key.item = item;
    key.measure = measure;
    add(key, amount);
  }
  /// In the total, and in the cell of the hour, the enterprise's size and street.
  void at_hour(const CampaignAccount& campaign, std::uint64_t item, Measure measure, Hour hour, std::int64_t amount = 1) {
    in_total(campaign.number, item, measure, amount);
    CounterKey key;
    key.campaign = campaign.number;
    key.item = item;
    key.measure = measure;
    key.hour = hour;
    key.size = campaign.decision().size;
    key.street = campaign.decision().street;
    add(key, amount);
  }

  void count_campaign(std::size_t index) {
    const CampaignAccount& campaign = campaigns_[index];
    const FirstTimes times = first_times(campaign);
    count_intents(campaign);
    count_events(campaign);
    count_first(campaign, 0, times.anywhere);
    const MaybeHour reached = times.reached();
    if (reached) at_hour(campaign, 0, Measure::reached, *reached);
    if (campaign.delivered) at_hour(campaign, 0, Measure::delivered, hour_of(*campaign.delivered));
    delivered_ = delivered_ || campaign.delivered;
    reached_ = reached_ || reached;

    std::vector<Worth> worths;
    for (std::size_t i = 0; i < campaign.package->items.size(); ++i) {
      const PackageItem& item = campaign.package->items[i];
      const delivery::ItemDecision* decided = campaign.item(i);
      if (decided != nullptr) count_verdict(campaign, item.key, decided->verdict);
      const bool came = !campaign.came_without(i);
      if (came && campaign.delivered) at_hour(campaign, item.key, Measure::delivered, hour_of(*campaign.delivered));
      if (came) count_first(campaign, item.key, times.items[i]);
      const MaybeHour item_reached = came ? times.item_reached(i) : MaybeHour();
      if (item_reached) at_hour(campaign, item.key, Measure::reached, *item_reached);
      const bool eligible = decided != nullptr && decided->verdict == delivery::Verdict::eligible;
      std::optional<Worth> worth;
      if (item_reached) worth = worth_of(item, decided, campaign.delivered, outcomes_, owners_, index);
      if (worth) {
        count_worth(index, item.key, *worth, *item_reached);
        worths.push_back(*worth);
      }
      if (!eligible && !worth) continue;
      OverAll& over_all = items_[item.key];
      over_all.eligible = over_all.eligible || eligible;
      over_all.reached = over_all.reached || (eligible && item_reached);
      if (worth && worth->state >= Worth::granted)
        over_all.money.push_back(*worth);
      else if (worth && (!over_all.estimate || counts_more(*worth, *over_all.estimate)))
        over_all.estimate = worth;
    }
    for (const Worth& worth : without_excluded(worths)) count_worth(index, 0, worth, reached.value_or(0));
  }

  void count_intents(const CampaignAccount& campaign) {
    MaybeHour first;
    bool in_base = false;
    for (const IntentAccount* intent : campaign.intents) {
      const State state = intent->state();
      const delivery::Reason reason = intent->reason();
      at_hour(campaign, 0, Measure::decided, intent->decided->hour);
      in_total(campaign.number, 0, effect::by_state(state));
      if (state == State::suppressed) in_total(campaign.number, 0, effect::by_reason(reason));
      const bool outside = state == State::suppressed && (reason == delivery::Reason::ineligible_at_send ||
                                                          reason == delivery::Reason::already_applied || reason == delivery::Reason::test);
      in_base = in_base || !outside;
      first = earlier(first, intent->decided->hour);
    }
    at_hour(campaign, 0, Measure::enterprises, *first);
    if (in_base) at_hour(campaign, 0, Measure::reach_base, *first);
  }

  void count_events(const CampaignAccount& campaign) {
    for (const IntentAccount* intent : campaign.intents)
      for (const auto& [span, tally] : intent->engaged) {
        const bool impression = span.type == EngagementType::impression;
        if (!impression && span.type != EngagementType::click) continue;
        std::vector<std::uint64_t> rows(1, 0);
        if (span.part != 0 && span.part <= campaign.package->items.size() && !campaign.came_without(span.part - 1U))
          rows.push_back(campaign.package->items[span.part - 1U].key);
        for (const std::uint64_t row : rows) {
          if (tally.people != 0)
            at_hour(campaign, row, impression ? Measure::impressions : Measure::clicks, counted_in(*intent, span), tally.people);
          if (tally.machine != 0)
            at_hour(campaign, row, impression ? Measure::impressions_machine : Measure::clicks_machine, counted_in(*intent, span),
                    tally.machine);
        }
      }
  }

  void count_first(const CampaignAccount& campaign, std::uint64_t row, const FirstHours& first) {
    static const std::map<EngagementType, Measure> unique{{EngagementType::impression, Measure::impressions_unique},
                                                          {EngagementType::seen, Measure::seen_unique},
                                                          {EngagementType::click, Measure::clicks_unique},
                                                          {EngagementType::dismissed, Measure::dismissed_unique},
                                                          {EngagementType::not_relevant, Measure::not_relevant_unique},
                                                          {EngagementType::apply_started, Measure::apply_started_unique},
                                                          {EngagementType::apply_submitted, Measure::apply_submitted_unique},
                                                          {EngagementType::rated, Measure::rated_unique}};
    for (const auto& [type, hour] : first) at_hour(campaign, row, unique.at(type), hour);
    const auto shown = first.find(EngagementType::impression), clicked = first.find(EngagementType::click);
    if (shown != first.end() && clicked != first.end())
      at_hour(campaign, row, Measure::clicked_and_shown, std::max(shown->second, clicked->second));
  }

  void count_verdict(const CampaignAccount& campaign, std::uint64_t item, delivery::Verdict verdict) {
    static constexpr std::array measures{Measure::verdict_eligible, Measure::verdict_manual, Measure::verdict_unknown,
                                         Measure::verdict_ineligible};
    in_total(campaign.number, item, measures.at(static_cast<std::size_t>(verdict)));
  }

  void count_worth(std::size_t index, std::uint64_t row, const Worth& worth, Hour reached) {
    const CampaignAccount& campaign = campaigns_[index];
    if (!worth.fen) return at_hour(campaign, row, Measure::benefit_unknown, reached);
    if (worth.state == Worth::granted) return at_hour(campaign, row, Measure::benefit_confirmed, hour_of(worth.granted_at), *worth.fen);
    if (worth.state != Worth::paid) return at_hour(campaign, row, measure_of(worth.state), reached, *worth.fen);
    // Money counts when it moves; no more can go back than came.
    std::int64_t in_hand = 0;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      const delivery::OutcomeFact& outcome = outcomes_[i];
      if (outcome.item != worth.item || owners_[i] != index) continue;
      std::int64_t fen = outcome.type == OutcomeType::paid ? outcome.amount_fen.value_or(0) : 0;
      if (outcome.type == OutcomeType::returned || outcome.type == OutcomeType::recovered)
        fen = -std::min(in_hand, outcome.amount_fen.value_or(0));
      in_hand += fen;
      if (fen != 0) at_hour(campaign, row, Measure::benefit_paid, hour_of(outcome.at), fen);
    }
  }

  /// Each enterprise once, whatever the number of campaigns.
  void count_over_all() {
    in_total(0, 0, Measure::enterprises);
    if (delivered_) in_total(0, 0, Measure::delivered);
    if (reached_) in_total(0, 0, Measure::reached);
    std::vector<Worth> worths;
    for (const auto& [item, over_all] : items_) {
      if (over_all.eligible) in_total(0, item, Measure::enterprises);
      if (over_all.reached) in_total(0, item, Measure::reached);
      // Money is somebody's, once; an estimate counts while there is none.
      std::vector<Worth> counted = over_all.money;
      if (counted.empty() && over_all.estimate) counted.push_back(*over_all.estimate);
      for (const Worth& worth : counted)
        in_total(0, item, worth.fen ? measure_of(worth.state) : Measure::benefit_unknown, worth.fen.value_or(1));
      worths.insert(worths.end(), counted.begin(), counted.end());
    }
    for (const Worth& worth : without_excluded(worths))
      in_total(0, 0, worth.fen ? measure_of(worth.state) : Measure::benefit_unknown, worth.fen.value_or(1));
  }

  std::vector<delivery::OutcomeFact> outcomes_;
  std::vector<CampaignAccount> campaigns_;
  Owners owners_;
  Counts& into_;
  std::map<std::uint64_t, OverAll> items_;
  bool delivered_ = false, reached_ = false;
};

}  // namespace

std::size_t HashOfKey::operator()(const CounterKey& key) const {
  std::uint64_t hash = key.item;
  for (const std::uint64_t part : {std::uint64_t{key.campaign}, std::uint64_t{key.hour}, std::uint64_t{key.street},
                                   static_cast<std::uint64_t>(key.measure), static_cast<std::uint64_t>(key.size)})
    hash = (hash ^ part) * 0x9e3779b97f4a7c15ULL + (hash >> 29);
  return static_cast<std::size_t>(hash ^ (hash >> 32));
}

void count(const Account& account, const Packages& packages, Counts& into) { Counting(account, packages, into).run(); }

}  // namespace zhida::effect_service::verify
