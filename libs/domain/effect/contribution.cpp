#include "domain/effect/contribution.hpp"

#include "domain/effect/benefit.hpp"
#include "domain/effect/campaign_view.hpp"
#include "domain/effect/conversion.hpp"
#include "domain/effect/outcome_credit.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace zhida::effect {
namespace {

using delivery::EngagementType;
using delivery::Hour;
using delivery::hour_of;
using delivery::Reason;
using delivery::State;

constexpr std::size_t engagement_types = domain::EnumNames<EngagementType>::names.size();
constexpr Hour never = UINT32_MAX;

/// First hour of people's events, by type.
struct FirstHours {
  std::array<Hour, engagement_types> hours;

  FirstHours() { hours.fill(never); }
  Hour of(EngagementType type) const { return hours[static_cast<std::size_t>(type)]; }
  void include(EngagementType type, Hour hour) {
    Hour& first = hours[static_cast<std::size_t>(type)];
    first = std::min(first, hour);
  }
  void include(const FirstHours& other) {
    for (std::size_t i = 0; i < hours.size(); ++i) hours[i] = std::min(hours[i], other.hours[i]);
  }
  /// The first proof that the page was rendered.
  Hour proof() const { return std::min(of(EngagementType::impression), of(EngagementType::seen)); }
};

/// Adds rows of one campaign, or of one item in it, with the enterprise's facets; to nothing if `into` is null.
class Rows {
 public:
  Rows(Counters* into, int sign, CampaignNumber campaign, const delivery::Decision& decision) : into_(into), sign_(sign) {
    cell_.campaign = campaign;
    cell_.size = decision.size;
    cell_.street = decision.street;
    total_.campaign = campaign;
  }

  void total(std::uint64_t item, Measure measure, std::int64_t amount = 1) {
    if (into_ == nullptr) return;
    total_.item = item;
    total_.measure = measure;
    into_->add(total_, sign_ * amount);
  }
  void cell(std::uint64_t item, Measure measure, Hour hour, std::int64_t amount = 1) {
    if (into_ == nullptr) return;
    total(item, measure, amount);
    cell_.item = item;
    cell_.measure = measure;
    cell_.hour = hour;
    into_->add(cell_, sign_ * amount);
  }

 private:
  Counters* into_;
  int sign_;
  CounterKey cell_, total_;
};

/// What an enterprise is to one item, over all campaigns.
struct ItemSummary {
  std::uint64_t item = 0;
  bool reached = false;
  bool eligible = false;
  std::optional<Benefit> benefit{};
};

Measure measure_of(BenefitState state) {
  switch (state) {
    case BenefitState::conditional:
      return Measure::benefit_conditional;
    case BenefitState::estimated:
      return Measure::benefit_estimated;
    case BenefitState::confirmed:
      return Measure::benefit_confirmed;
    case BenefitState::paid:
      return Measure::benefit_paid;
  }
  return Measure::benefit_unknown;
}

Measure verdict_measure(delivery::Verdict verdict) {
  return static_cast<Measure>(static_cast<int>(Measure::verdict_eligible) + static_cast<int>(verdict));
}

void count_events(Rows& rows, std::uint64_t item, const delivery::EngagedHour& engaged) {
  const bool impression = engaged.type == EngagementType::impression;
  if (!impression && engaged.type != EngagementType::click) return;
  if (engaged.people != 0) rows.cell(item, impression ? Measure::impressions : Measure::clicks, engaged.hour, engaged.people);
  if (engaged.machine != 0)
    rows.cell(item, impression ? Measure::impressions_machine : Measure::clicks_machine, engaged.hour, engaged.machine);
}

void count_unique(Rows& rows, std::uint64_t item, const FirstHours& first) {
  const auto once = [&](EngagementType type, Measure measure) {
    if (first.of(type) != never) rows.cell(item, measure, first.of(type));
  };
  once(EngagementType::impression, Measure::impressions_unique);
  once(EngagementType::seen, Measure::seen_unique);
  once(EngagementType::click, Measure::clicks_unique);
  once(EngagementType::dismissed, Measure::dismissed_unique);
  once(EngagementType::not_relevant, Measure::not_relevant_unique);
  once(EngagementType::apply_started, Measure::apply_started_unique);
  once(EngagementType::apply_submitted, Measure::apply_submitted_unique);
  once(EngagementType::rated, Measure::rated_unique);
  const Hour shown = first.of(EngagementType::impression), clicked = first.of(EngagementType::click);
  if (shown != never && clicked != never) rows.cell(item, Measure::clicked_and_shown, std::max(shown, clicked));
}

/// Whoever could not be addressed for these reasons is no part of what reach is measured against.
bool is_outside_reach(const delivery::Status& status) {
  return status.state == State::suppressed &&
         (status.reason == Reason::ineligible_at_send || status.reason == Reason::already_applied || status.reason == Reason::test);
}

class Contribution {
 public:
  Contribution(Counters& into, const delivery::Ledger& ledger, int sign) : into_(into), ledger_(ledger), sign_(sign) {}

  /// `credited`: by outcome, whether its money is this campaign's. Unless `counted`, only for the rows over all campaigns.
  void campaign(const CampaignView& view, const std::vector<bool>& credited, bool counted = true) {
    Rows rows(counted ? &into_ : nullptr, sign_, view.header->campaign, *view.decision);
    count_intents(rows, view);
    const std::vector<FirstHours> first = count_engagement(rows, view);
    FirstHours anywhere;
    for (const FirstHours& part : first) anywhere.include(part);
    count_unique(rows, 0, anywhere);
    const Hour reached = anywhere.proof();
    if (reached != never) rows.cell(0, Measure::reached, reached);
    if (view.first_delivery) rows.cell(0, Measure::delivered, hour_of(*view.first_delivery));

    std::vector<Benefit> benefits;
    for (std::size_t i = 0; i < view.header->items.size(); ++i) count_item(rows, view, i, first, credited, benefits);
    for (const Benefit& worth : without_excluded(std::move(benefits))) count_benefit(rows, 0, worth, credited, reached);
    enterprise_delivered_ = enterprise_delivered_ || view.first_delivery;
    enterprise_reached_ = enterprise_reached_ || reached != never;
  }

  void conversion(const Conversion& conversion, const CampaignView& view) {
    Rows rows(&into_, sign_, conversion.campaign, *view.decision);
    for (const std::uint64_t item : {std::uint64_t{0}, conversion.item}) rows.cell(item, Measure::conversions, hour_of(conversion.at));
  }

  /// Rows over all campaigns, once every campaign is counted.
  void finish() {
    if (!any_) return;
    everywhere(0, Measure::enterprises);
    if (enterprise_delivered_) everywhere(0, Measure::delivered);
    if (enterprise_reached_) everywhere(0, Measure::reached);
    std::sort(summaries_.begin(), summaries_.end(), [](const ItemSummary& a, const ItemSummary& b) { return a.item < b.item; });
    std::vector<Benefit> benefits;
    for (auto first = summaries_.begin(); first != summaries_.end();) {
      ItemSummary sum;
      sum.item = first->item;
      const std::size_t before = benefits.size();
      for (; first != summaries_.end() && first->item == sum.item; ++first) {
        sum.eligible = sum.eligible || first->eligible;
        sum.reached = sum.reached || first->reached;
        // Every campaign has its own money, but all estimate the same benefit.
        if (first->benefit && first->benefit->state >= BenefitState::confirmed)
          benefits.push_back(*first->benefit);
        else if (first->benefit && (!sum.benefit || counts_before(*first->benefit, *sum.benefit)))
          sum.benefit = first->benefit;
      }
      if (sum.eligible) everywhere(sum.item, Measure::enterprises);
      if (sum.reached) everywhere(sum.item, Measure::reached);
      if (sum.benefit && benefits.size() == before) benefits.push_back(*sum.benefit);
      for (std::size_t i = before; i < benefits.size(); ++i) count_everywhere(sum.item, benefits[i]);
    }
    for (const Benefit& worth : without_excluded(std::move(benefits))) count_everywhere(0, worth);
  }

 private:
  void count_intents(Rows& rows, const CampaignView& view) {
    any_ = true;
    bool in_base = false;
    Hour earliest = never;
    for (const delivery::IntentRecord& record : view.records) {
      if (!record.decision) continue;
      const delivery::Status status = record.status();
      rows.cell(0, Measure::decided, record.decision->hour);
      rows.total(0, by_state(status.state));
      if (status.state == State::suppressed) rows.total(0, by_reason(status.reason));
      in_base = in_base || !is_outside_reach(status);
      earliest = std::min(earliest, record.decision->hour);
    }
    rows.cell(0, Measure::enterprises, earliest);
    if (in_base) rows.cell(0, Measure::reach_base, earliest);
  }

  /// The first hours per part: the package, then each item.
  std::vector<FirstHours> count_engagement(Rows& rows, const CampaignView& view) {
    const std::vector<HeaderItem>& items = view.header->items;
    std::vector<FirstHours> first;
    for (const delivery::IntentRecord& record : view.records) {
      if (!record.decision || record.engaged.empty()) continue;
      first.resize(items.size() + 1);
      for (delivery::EngagedHour engaged : record.engaged) {
        // Nobody saw it before it was there: a clock was wrong.
        if (record.delivered_at) engaged.hour = std::max(engaged.hour, hour_of(*record.delivered_at));
        count_events(rows, 0, engaged);
        // A part the package does not have is still an event of the campaign.
        const std::size_t part = engaged.part <= items.size() ? engaged.part : 0;
        if (part != 0 && !view.leaves_out(part - 1)) count_events(rows, items[part - 1].key, engaged);
        if (engaged.people != 0) first[part].include(engaged.type, engaged.hour);
      }
    }
    return first;
  }

  void count_item(Rows& rows, const CampaignView& view, std::size_t index, const std::vector<FirstHours>& first,
                  const std::vector<bool>& credited, std::vector<Benefit>& benefits) {
    const HeaderItem& item = view.header->items[index];
    const delivery::ItemDecision* decision = view.item(index);
    if (decision != nullptr) rows.total(item.key, verdict_measure(decision->verdict));
    const bool came = !view.leaves_out(index);
    if (came && view.first_delivery) rows.cell(item.key, Measure::delivered, hour_of(*view.first_delivery));
    Hour reached = never;
    if (came && !first.empty()) {
      count_unique(rows, item.key, first[index + 1]);
      reached = std::min(first[0].proof(), first[index + 1].proof());
      if (reached != never) rows.cell(item.key, Measure::reached, reached);
    }
    ItemSummary summary;
    summary.item = item.key;
    if (reached != never) {
      summary.benefit = benefit(item.key, item.group, decision, view.first_delivery, ledger_.outcomes, credited);
      if (summary.benefit) {
        count_benefit(rows, item.key, *summary.benefit, credited, reached);
        benefits.push_back(*summary.benefit);
      }
    }
    summary.eligible = decision != nullptr && decision->verdict == delivery::Verdict::eligible;
    summary.reached = summary.eligible && reached != never;
    if (summary.eligible || summary.benefit) summaries_.push_back(summary);
  }

  void count_benefit(Rows& rows, std::uint64_t row, const Benefit& worth, const std::vector<bool>& credited, Hour reached) {
    if (!worth.fen) {
      rows.cell(row, Measure::benefit_unknown, reached);
    } else if (worth.state == BenefitState::paid) {
      count_money(rows, row, worth, credited);
    } else {
      rows.cell(row, measure_of(worth.state), worth.state == BenefitState::confirmed ? hour_of(worth.at) : reached, *worth.fen);
    }
  }

  /// Money counts when it moves. More than was paid cannot go back: what is beyond that is some other payment's.
  void count_money(Rows& rows, std::uint64_t row, const Benefit& worth, const std::vector<bool>& credited) {
    std::int64_t left = 0;
    for (std::size_t i = 0; i < credited.size(); ++i) {
      const delivery::OutcomeFact& outcome = ledger_.outcomes[i];
      if (outcome.item != worth.item || !credited[i] || !outcome.amount_fen) continue;
      std::int64_t moved = 0;
      if (outcome.type == delivery::OutcomeType::paid) moved = *outcome.amount_fen;
      if (outcome.type == delivery::OutcomeType::returned || outcome.type == delivery::OutcomeType::recovered)
        moved = -std::min(*outcome.amount_fen, left);
      left += moved;
      if (moved != 0) rows.cell(row, Measure::benefit_paid, hour_of(outcome.at), moved);
    }
  }

  void everywhere(std::uint64_t item, Measure measure, std::int64_t amount = 1) {
    CounterKey key;
    key.item = item;
    key.measure = measure;
    into_.add(key, sign_ * amount);
  }

  void count_everywhere(std::uint64_t item, const Benefit& worth) {
    if (worth.fen)
      everywhere(item, measure_of(worth.state), *worth.fen);
    else
      everywhere(item, Measure::benefit_unknown);
  }

  Counters& into_;
  const delivery::Ledger& ledger_;
  int sign_;
  std::vector<ItemSummary> summaries_;
  bool any_ = false;
  bool enterprise_delivered_ = false;
  bool enterprise_reached_ = false;
};

}  // namespace

void contribute(Counters& into, const delivery::Ledger& ledger, const CampaignHeaders& headers, int sign) {
  const std::vector<CampaignView> views = campaign_views(ledger, headers);
  Contribution all(into, ledger, sign);
  const std::vector<std::optional<std::size_t>> credited = credited_views(ledger, views);
  std::vector<bool> its_own(credited.size());
  for (std::size_t v = 0; v < views.size(); ++v) {
    for (std::size_t i = 0; i < credited.size(); ++i) its_own[i] = credited[i] == v;
    all.campaign(views[v], its_own);
  }
  for (const Conversion& conversion : conversions(ledger, headers)) {
    const auto view = std::find_if(views.begin(), views.end(),
                                   [&](const CampaignView& candidate) { return candidate.header->campaign == conversion.campaign; });
    all.conversion(conversion, *view);
  }
  all.finish();
}

void contribute_changing(Counters& into, const delivery::Ledger& ledger, const CampaignHeaders& headers, int sign,
                         std::span<const CampaignNumber> changing) {
  Contribution all(into, ledger, sign);
  for (const CampaignView& view : campaign_views(ledger, headers))
    all.campaign(view, {}, std::ranges::binary_search(changing, view.header->campaign));
  all.finish();
}

Counters contribution(const delivery::Ledger& ledger, const CampaignHeaders& headers) {
  Counters counters;
  contribute(counters, ledger, headers);
  return counters;
}

}  // namespace zhida::effect
