#include "effect/funnel/campaign_totals.hpp"

#include "contracts/intents/intents_decided.hpp"
#include "stores/deliveries/keys.hpp"

#include <algorithm>

namespace zhida::effect_service {
namespace {

using boost::system::error_code;
using boost::system::result;

bool add_sums(CampaignTotals& totals, const redis::Reply& hash, delivery::CampaignNumber campaign) {
  for (std::size_t i = 0; i + 1 < hash.items.size(); i += 2) {
    const auto key = stores::deliveries::parse_cell_field(campaign, hash.items[i].text);
    const auto sums = stores::deliveries::decode_sums(hash.items[i + 1].text);
    if (!key || !sums) return false;
    effect::Funnel& funnel = key->item == 0 ? totals.campaign : totals.items[key->item];
    for (const auto& [measure, sum] : *sums) funnel.add(measure, sum);
  }
  return true;
}

}  // namespace

WantedCampaign WantedCampaign::of(const campaign::Campaign& campaign) {
  WantedCampaign wanted;
  wanted.number = delivery::parse_campaign(campaign.id).value();
  wanted.channels = campaign.plan.channels;
  return wanted;
}

const effect::Funnel& CampaignTotals::item(std::string_view id) const {
  static const effect::Funnel nothing;
  const auto found = items.find(delivery::hash_of(id));
  return found == items.end() ? nothing : found->second;
}

std::vector<std::string> CampaignTotals::broken_invariants() const { return effect::broken_invariants(campaign); }

boost::asio::awaitable<result<TotalsReading>> read_totals(SnapshotReader& reader, std::vector<WantedCampaign> wanted) {
  TotalsReading reading;
  reading.campaigns.resize(wanted.size());
  std::vector<char> complete(wanted.size(), 1);
  const SnapshotReader::Build build = [&wanted](const stores::Generation&, const std::string& prefix, redis::Commands& commands) {
    for (const WantedCampaign& each : wanted) {
      commands.add("HGETALL", prefix + stores::deliveries::totals_key(each.number));
      commands.begin("HMGET", 1 + each.channels.size()).arg(prefix + stores::deliveries::marks_key);
      for (const std::string& channel : each.channels) commands.arg(stores::deliveries::mark_field({each.number, "1", channel}));
    }
  };
  for (int partition = 0; partition < reader.partitions(); ++partition) {
    const result<Snapshot> snapshot = co_await reader.read(partition, build);
    if (!snapshot) co_return snapshot.error();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CampaignTotals& totals = reading.campaigns[i];
      if (!add_sums(totals, snapshot->replies[2 * i], wanted[i].number)) co_return error_code(stores::Error::unavailable);
      if (std::ranges::any_of(snapshot->replies[2 * i + 1].items, [](const redis::Reply& mark) { return mark.is_nil(); })) complete[i] = 0;
    }
    for (std::size_t i = 0; i < reader.topics().size(); ++i)
      reading.folded_to[reader.topics()[i]].push_back(snapshot->generation.at.next[i]);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (complete[i] != 0) reading.campaigns[i].audience = reading.campaigns[i].campaign.decided;
  co_return reading;
}

}  // namespace zhida::effect_service
