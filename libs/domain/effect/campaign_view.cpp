#include "domain/effect/campaign_view.hpp"

#include <algorithm>

namespace zhida::effect {

bool CampaignView::leaves_out(std::size_t index) const {
  bool without = false;
  for (const delivery::IntentRecord& record : records) {
    if (!record.decision || !record.delivered_at) continue;
    if (!record.leaves_out(static_cast<std::uint16_t>(index + 1))) return false;
    without = true;
  }
  return without;
}

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

bool is_reached(const CampaignView& view, std::size_t index) {
  if (view.leaves_out(index)) return false;
  const std::size_t items = view.header->items.size();
  for (const delivery::IntentRecord& record : view.records) {
    if (!record.decision) continue;
    for (const delivery::EngagedHour& engaged : record.engaged) {
      const bool proof = engaged.type == delivery::EngagementType::impression || engaged.type == delivery::EngagementType::seen;
      const std::size_t part = engaged.part <= items ? engaged.part : 0;
      if (proof && engaged.people != 0 && (part == 0 || part == index + 1)) return true;
    }
  }
  return false;
}

std::optional<delivery::Instant> last_click(const CampaignView& view, std::size_t index, delivery::Instant until) {
  std::optional<delivery::Instant> last;
  for (const delivery::IntentRecord& record : view.records) {
    if (!record.decision) continue;
    for (const delivery::EngagedHour& engaged : record.engaged) {
      if (engaged.type != delivery::EngagementType::click || engaged.people == 0) continue;
      if (engaged.part != 0 && engaged.part != index + 1) continue;
      const delivery::Instant hour{std::chrono::hours(engaged.hour)};
      for (const std::uint16_t second : {engaged.first_second, engaged.last_second}) {
        const delivery::Instant at = hour + std::chrono::seconds(second);
        if (at <= until && (!last || at > *last)) last = at;
      }
    }
  }
  return last;
}

}  // namespace zhida::effect
