#include "effect/verify/campaign_account.hpp"

#include <algorithm>
#include <utility>

namespace zhida::effect_service::verify {
namespace {

using delivery::EngagementType;
using delivery::Hour;

MaybeHour proof(const FirstHours& hours) {
  MaybeHour first;
  for (const EngagementType type : {EngagementType::impression, EngagementType::seen})
    if (const auto found = hours.find(type); found != hours.end()) first = earlier(first, found->second);
  return first;
}

}  // namespace

MaybeHour earlier(MaybeHour a, MaybeHour b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

std::vector<CampaignAccount> campaigns_of(const Account& account, const Packages& packages) {
  std::map<delivery::CampaignNumber, CampaignAccount> found;
  for (const auto& [name, intent] : account.intents) {
    const auto package = packages.find(name.campaign);
    if (!intent.decided || package == packages.end()) continue;
    CampaignAccount& campaign = found[name.campaign];
    campaign.number = name.campaign;
    campaign.package = &package->second;
    campaign.intents.push_back(&intent);
    if (intent.state() == delivery::State::delivered && intent.delivered_at)
      campaign.delivered = std::min(campaign.delivered.value_or(*intent.delivered_at), *intent.delivered_at);
  }
  std::vector<CampaignAccount> campaigns;
  for (auto& [_, campaign] : found) campaigns.push_back(std::move(campaign));
  return campaigns;
}

bool CampaignAccount::came_without(std::size_t index) const {
  std::size_t deliveries = 0, without = 0;
  for (const IntentAccount* intent : intents) {
    if (!intent->delivered_at) continue;
    ++deliveries;
    without += std::count(intent->left_out.begin(), intent->left_out.end(), index + 1) != 0 ? 1U : 0U;
  }
  return deliveries != 0 && deliveries == without;
}

Hour counted_in(const IntentAccount& intent, const EngagedSpan& span) {
  return intent.delivered_at ? std::max(span.hour, delivery::hour_of(*intent.delivered_at)) : span.hour;
}

MaybeHour FirstTimes::reached() const { return proof(anywhere); }

MaybeHour FirstTimes::item_reached(std::size_t index) const { return earlier(proof(package), proof(items[index])); }

FirstTimes first_times(const CampaignAccount& campaign) {
  FirstTimes times;
  times.items.resize(campaign.package->items.size());
  const auto note = [](FirstHours& hours, EngagementType type, Hour hour) {
    const auto [place, fresh] = hours.try_emplace(type, hour);
    if (!fresh) place->second = std::min(place->second, hour);
  };
  for (const IntentAccount* intent : campaign.intents)
    for (const auto& [span, tally] : intent->engaged) {
      if (tally.people == 0) continue;
      note(times.anywhere, span.type, counted_in(*intent, span));
      const bool of_item = span.part != 0 && span.part <= times.items.size();
      note(of_item ? times.items[span.part - 1U] : times.package, span.type, counted_in(*intent, span));
    }
  return times;
}

}  // namespace zhida::effect_service::verify
