#include "domain/effect/campaign_view.hpp"

#include <algorithm>

namespace zhida::effect {

std::vector<CampaignView> campaign_views(const delivery::Ledger& ledger, const CampaignHeaders& headers) {
  std::vector<CampaignView> views;
  views.reserve(ledger.intents.size());
  for (auto first = ledger.intents.begin(); first != ledger.intents.end();) {
    const CampaignNumber campaign = first->key.campaign;
    const auto end = std::find_if(first, ledger.intents.end(), [&](const auto& record) { return record.key.campaign != campaign; });
    CampaignView view;
    view.records = {first, end};
    first = end;
    for (const delivery::IntentRecord& record : view.records) {
      if (!record.decision) continue;
      if (view.decision == nullptr) view.decision = &*record.decision;
      if (record.status().state != delivery::State::delivered || !record.delivered_at) continue;
      if (!view.first_delivery || *record.delivered_at < *view.first_delivery) view.first_delivery = record.delivered_at;
    }
    if (view.decision == nullptr) continue;
    view.header = headers.find(campaign);
    if (view.header != nullptr) views.push_back(view);
  }
  return views;
}

}  // namespace zhida::effect
