#include "operator/campaigns/campaign_progress.hpp"

#include "contracts/json.hpp"
#include "domain/delivery/intent_id.hpp"

#include <algorithm>

namespace zhida::operators {
namespace {

void write_counts(contracts::JsonWriter& writer, std::string_view name, const std::map<std::string, std::int64_t>& counts) {
  writer.key(name);
  writer.begin_object();
  for (const auto& [word, count] : counts) writer.member(word, count);
  writer.end_object();
}

}  // namespace

std::string CampaignProgress::json() const {
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("audience", audience);
  writer.member("decided", decided);
  write_counts(writer, "by_state", by_state);
  write_counts(writer, "by_reason", by_reason);
  writer.end_object();
  return text;
}

boost::asio::awaitable<boost::system::result<CampaignProgress>> read_progress(stores::DeliveriesReader& deliveries,
                                                                              const campaign::Campaign& campaign) {
  delivery::IntentKeyView key;
  key.campaign = delivery::parse_campaign(campaign.id).value();
  // Marks first: a mark tells of intents that the totals read after it contain.
  const auto marks = co_await deliveries.decided(key);
  if (marks.has_error()) co_return marks.error();
  const auto totals = co_await deliveries.campaign(key.campaign);
  if (totals.has_error()) co_return totals.error();

  CampaignProgress progress;
  progress.decided = totals->campaign.decided;
  for (std::size_t i = 0; i < totals->campaign.by_state.size(); ++i)
    if (totals->campaign.by_state[i] != 0)
      progress.by_state.emplace(domain::name_of(static_cast<delivery::State>(i)), totals->campaign.by_state[i]);
  for (std::size_t i = 0; i < totals->campaign.by_reason.size(); ++i)
    if (totals->campaign.by_reason[i] != 0)
      progress.by_reason.emplace(domain::name_of(static_cast<delivery::Reason>(i)), totals->campaign.by_reason[i]);
  if (std::ranges::all_of(*marks, [](const auto& mark) { return mark.has_value(); })) progress.audience = progress.decided;
  co_return progress;
}

}  // namespace zhida::operators
