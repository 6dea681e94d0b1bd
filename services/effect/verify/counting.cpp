#include "effect/verify/counting.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

namespace zhida::effect_service::verify {
namespace {

using delivery::EngagementType;
using delivery::Hour;
using delivery::hour_of;
using delivery::OutcomeType;
using delivery::State;
using effect::CounterKey;
using effect::Measure;

using MaybeHour = std::optional<Hour>;

MaybeHour earlier(MaybeHour a, MaybeHour b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

/// The decided intents of one campaign.
struct Campaign {
  delivery::CampaignNumber number = 0;
  const Package* package = nullptr;
  std::vector<const IntentAccount*> intents;
  std::optional<Instant> delivered;  // first delivery of those that stand delivered

  const Decided& decision() const { return *intents.front()->decided; }
  const delivery::ItemDecision* item(std::size_t index) const {
    return index < decision().items.size() ? &decision().items[index] : nullptr;
  }
};

std::vector<Campaign> campaigns_of(const Account& account, const Packages& packages) {
  std::map<delivery::CampaignNumber, Campaign> found;
  for (const auto& [name, intent] : account.intents) {
    const auto package = packages.find(name.campaign);
    if (!intent.decided || package == packages.end()) continue;
    Campaign& campaign = found[name.campaign];
    campaign.number = name.campaign;
    campaign.package = &package->second;
    campaign.intents.push_back(&intent);
    if (intent.state() == State::delivered && intent.delivered_at)
      campaign.delivered = std::min(campaign.delivered.value_or(*intent.delivered_at), *intent.delivered_at);
  }
  std::vector<Campaign> campaigns;
  for (auto& [_, campaign] : found) campaigns.push_back(std::move(campaign));
  return campaigns;
}

/// First hour at which people did something, by type of engagement; for the package as a whole and each item.
using FirstHours = std::map<EngagementType, Hour>;

struct FirstTimes {
  FirstHours anywhere, package;
  std::vector<FirstHours> items;

  MaybeHour proof(const FirstHours& hours) const {
    MaybeHour first;
    for (const EngagementType type : {EngagementType::impression, EngagementType::seen})
      if (const auto found = hours.find(type); found != hours.end()) first = earlier(first, found->second);
    return first;
  }
  MaybeHour reached() const { return proof(anywhere); }
  MaybeHour item_reached(std::size_t index) const { return earlier(proof(package), proof(items[index])); }
};

FirstTimes first_times(const Campaign& campaign) {
  FirstTimes times;
  times.items.resize(campaign.package->items.size());
  const auto note = [](FirstHours& hours, EngagementType type, Hour hour) {
    const auto [place, fresh] = hours.try_emplace(type, hour);
    if (!fresh) place->second = std::min(place->second, hour);
  };
  for (const IntentAccount* intent : campaign.intents)
    for (const auto& [span, tally] : intent->engaged) {
      if (tally.people == 0) continue;
      note(times.anywhere, span.type, span.hour);
      const bool of_item = span.part != 0 && span.part <= times.items.size();
      note(of_item ? times.items[span.part - 1U] : times.package, span.type, span.hour);
    }
  return times;
}

/// The one state a benefit is in, and its amount. Later states are surer.
struct Worth {
  enum State { conditional, estimated, granted, paid };
  std::uint64_t item = 0;
  std::string group;
  State state = estimated;
  std::optional<std::int64_t> fen;
  Instant granted_at;
};

std::optional<Worth> worth_of(const PackageItem& item, const delivery::ItemDecision* decided, std::optional<Instant> since,
                              const std::vector<delivery::OutcomeFact>& outcomes) {
  std::int64_t paid_fen = 0, granted_fen = 0, back_fen = 0;
  bool paid = false, paid_known = false, granted = false, granted_known = false, turned_down = false;
  Worth worth;
  worth.item = item.key;
  worth.group = item.group;
  for (const delivery::OutcomeFact& outcome : outcomes) {
    if (!since || outcome.item != item.key || outcome.at < *since) continue;
    const std::int64_t fen = outcome.amount_fen.value_or(0);
    const bool known = outcome.amount_fen.has_value();
    if (outcome.type == OutcomeType::applied) turned_down = false;
    if (outcome.type == OutcomeType::rejected) turned_down = true;
    if (outcome.type == OutcomeType::returned || outcome.type == OutcomeType::recovered) back_fen += fen;
    if (outcome.type == OutcomeType::paid) {
      paid = true;
      paid_known = paid_known || known;
      paid_fen += fen;
    }
    if (outcome.type == OutcomeType::granted) {
      granted = true;
      granted_known = granted_known || known;
      granted_fen += fen;
      turned_down = false;
      worth.granted_at = outcome.at;
    }
  }
  if (paid && (!paid_known || paid_fen - back_fen > 0)) {
    worth.state = Worth::paid;
    if (paid_known) worth.fen = paid_fen - back_fen;
  } else if (granted) {
    worth.state = Worth::granted;
    if (granted_known) worth.fen = granted_fen;
  } else {
    if (turned_down || decided == nullptr) return std::nullopt;
    if (decided->verdict == delivery::Verdict::eligible)
      worth.state = Worth::estimated;
    else if (decided->verdict == delivery::Verdict::manual)
      worth.state = Worth::conditional;
    else
      return std::nullopt;
    if (decided->benefit) worth.fen = *decided->benefit * 100;
  }
  return worth;
}

/// Of an exclusive group, and of one item in several campaigns, the surest counts; then a known amount; then the larger; then the lower
/// item.
bool counts_more(const Worth& a, const Worth& b) {
  if (a.state != b.state) return a.state > b.state;
  if (a.fen.has_value() != b.fen.has_value()) return a.fen.has_value();
  if (a.fen && *a.fen != *b.fen) return *a.fen > *b.fen;
  return a.item < b.item;
}

std::vector<Worth> without_excluded(const std::vector<Worth>& all) {
  std::vector<Worth> kept;
  for (const Worth& worth : all) {
    const bool excluded = !worth.group.empty() && std::ranges::any_of(all, [&](const Worth& other) {
      return other.group == worth.group && counts_more(other, worth);
    });
    if (!excluded) kept.push_back(worth);
  }
  return kept;
}

Measure measure_of(Worth::State state) {
  static constexpr std::array measures{Measure::benefit_conditional, Measure::benefit_estimated, Measure::benefit_confirmed,
                                       Measure::benefit_paid};
  return measures.at(state);
}

/// A conversion: the application that follows a delivery, credited to one campaign.
struct Conversion {
  std::size_t campaign = 0;  // index
  std::uint64_t item = 0;
  Hour hour = 0;
};

std::optional<Instant> last_click_until(const Campaign& campaign, std::size_t item, Instant until) {
  std::optional<Instant> last;
  for (const IntentAccount* intent : campaign.intents)
    for (const auto& [span, tally] : intent->engaged) {
      if (span.type != EngagementType::click || tally.people == 0) continue;
      if (span.part != 0 && span.part != item + 1) continue;
      // Of an hour only the first and the last click are known.
      for (const int second : {tally.first_second, tally.last_second}) {
        const Instant at = Instant(std::chrono::hours(span.hour)) + std::chrono::seconds(second);
        if (at <= until) last = std::max(last.value_or(at), at);
      }
    }
  return last;
}

std::vector<Conversion> conversions(const std::vector<Campaign>& campaigns, const std::vector<delivery::OutcomeFact>& outcomes) {
  std::set<std::uint64_t> items;
  for (const delivery::OutcomeFact& outcome : outcomes) items.insert(outcome.item);
  std::vector<Conversion> found;
  for (const std::uint64_t item : items) {
    bool open = false;
    std::optional<Instant> before;
    for (const delivery::OutcomeFact& outcome : outcomes) {
      if (outcome.item != item) continue;
      const bool begins = outcome.type == OutcomeType::applied || (outcome.type == OutcomeType::granted && !open);
      if (outcome.type == OutcomeType::applied) open = true;
      if (outcome.type == OutcomeType::granted || outcome.type == OutcomeType::rejected) open = false;
      if (!begins) continue;
      using Claim = std::tuple<std::optional<Instant>, Instant, delivery::CampaignNumber>;
      std::optional<std::pair<Claim, std::size_t>> best;
      for (std::size_t c = 0; c < campaigns.size(); ++c) {
        const Campaign& campaign = campaigns[c];
        if (!campaign.delivered || *campaign.delivered > outcome.at || (before && *campaign.delivered <= *before)) continue;
        for (std::size_t i = 0; i < campaign.package->items.size(); ++i) {
          const PackageItem& held = campaign.package->items[i];
          if (held.key != item || outcome.at > *campaign.delivered + std::chrono::days(held.conversion_days)) continue;
          const Claim claim(last_click_until(campaign, i, outcome.at), *campaign.delivered, campaign.number);
          if (!best || best->first < claim) best.emplace(claim, c);
        }
      }
      if (best) found.push_back({best->second, item, hour_of(outcome.at)});
      before = outcome.at;
    }
  }
  return found;
}

/// What an enterprise is to an item over all campaigns.
struct OverAll {
  bool eligible = false, delivered = false, reached = false;
  std::optional<Worth> worth;
};

class Counting {
 public:
  Counting(const Account& account, const Packages& packages, Counts& into)
      : outcomes_(account.outcomes_in_time()), campaigns_(campaigns_of(account, packages)), into_(into) {}

  void run() {
    if (campaigns_.empty()) return;
    for (const Campaign& campaign : campaigns_) count_campaign(campaign);
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
  void at_hour(const Campaign& campaign, std::uint64_t item, Measure measure, Hour hour, std::int64_t amount = 1) {
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

  void count_campaign(const Campaign& campaign) {
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
      if (campaign.delivered) at_hour(campaign, item.key, Measure::delivered, hour_of(*campaign.delivered));
      count_first(campaign, item.key, times.items[i]);
      const MaybeHour item_reached = times.item_reached(i);
      if (item_reached) at_hour(campaign, item.key, Measure::reached, *item_reached);
      const bool eligible = decided != nullptr && decided->verdict == delivery::Verdict::eligible;
      std::optional<Worth> worth;
      if (item_reached) worth = worth_of(item, decided, campaign.delivered, outcomes_);
      if (worth) {
        count_worth(campaign, item.key, *worth, *item_reached);
        worths.push_back(*worth);
      }
      if (!eligible && !worth) continue;
      OverAll& over_all = items_[item.key];
      over_all.eligible = over_all.eligible || eligible;
      over_all.delivered = over_all.delivered || (eligible && campaign.delivered);
      over_all.reached = over_all.reached || (eligible && item_reached);
      if (worth && (!over_all.worth || counts_more(*worth, *over_all.worth))) over_all.worth = worth;
    }
    for (const Worth& worth : without_excluded(worths)) count_worth(campaign, 0, worth, reached.value_or(0));
  }

  void count_intents(const Campaign& campaign) {
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

  void count_events(const Campaign& campaign) {
    for (const IntentAccount* intent : campaign.intents)
      for (const auto& [span, tally] : intent->engaged) {
        const bool impression = span.type == EngagementType::impression;
        if (!impression && span.type != EngagementType::click) continue;
        std::vector<std::uint64_t> rows(1, 0);
        if (span.part != 0 && span.part <= campaign.package->items.size()) rows.push_back(campaign.package->items[span.part - 1U].key);
        for (const std::uint64_t row : rows) {
          if (tally.people != 0) at_hour(campaign, row, impression ? Measure::impressions : Measure::clicks, span.hour, tally.people);
          if (tally.machine != 0)
            at_hour(campaign, row, impression ? Measure::impressions_machine : Measure::clicks_machine, span.hour, tally.machine);
        }
      }
  }

  void count_first(const Campaign& campaign, std::uint64_t row, const FirstHours& first) {
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

  void count_verdict(const Campaign& campaign, std::uint64_t item, delivery::Verdict verdict) {
    static constexpr std::array measures{Measure::verdict_eligible, Measure::verdict_manual, Measure::verdict_unknown,
                                         Measure::verdict_ineligible};
    in_total(campaign.number, item, measures.at(static_cast<std::size_t>(verdict)));
  }

  void count_worth(const Campaign& campaign, std::uint64_t row, const Worth& worth, Hour reached) {
    if (!worth.fen) return at_hour(campaign, row, Measure::benefit_unknown, reached);
    if (worth.state == Worth::granted) return at_hour(campaign, row, Measure::benefit_confirmed, hour_of(worth.granted_at), *worth.fen);
    if (worth.state != Worth::paid) return at_hour(campaign, row, measure_of(worth.state), reached, *worth.fen);
    // Money counts when it moves.
    for (const delivery::OutcomeFact& outcome : outcomes_) {
      if (outcome.item != worth.item || outcome.at < *campaign.delivered) continue;
      std::int64_t fen = outcome.type == OutcomeType::paid ? outcome.amount_fen.value_or(0) : 0;
      if (outcome.type == OutcomeType::returned || outcome.type == OutcomeType::recovered) fen = -outcome.amount_fen.value_or(0);
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
      if (over_all.delivered) in_total(0, item, Measure::delivered);
      if (over_all.reached) in_total(0, item, Measure::reached);
      if (!over_all.worth) continue;
      in_total(0, item, over_all.worth->fen ? measure_of(over_all.worth->state) : Measure::benefit_unknown,
               over_all.worth->fen.value_or(1));
      worths.push_back(*over_all.worth);
    }
    for (const Worth& worth : without_excluded(worths))
      in_total(0, 0, worth.fen ? measure_of(worth.state) : Measure::benefit_unknown, worth.fen.value_or(1));
  }

  std::vector<delivery::OutcomeFact> outcomes_;
  std::vector<Campaign> campaigns_;
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
