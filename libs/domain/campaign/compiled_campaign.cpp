#include "domain/campaign/compiled_campaign.hpp"

#include "domain/delivery/facts.hpp"

#include <utility>

namespace zhida::campaign {
namespace {

CompileOutcome refuse(std::string reason) { return {nullptr, std::move(reason)}; }

}  // namespace

CompileOutcome compile(const Campaign& campaign, const std::shared_ptr<const matching::Language>& language, const FindItem& find) {
  const auto number = delivery::parse_campaign(campaign.id);
  if (!number) return refuse("the id is not c and a number");
  PackageItems items;
  std::vector<std::uint64_t> keys;
  for (const PinnedContent& content : campaign.package.contents) {
    if (content.type != policy::ContentType::item) continue;
    std::shared_ptr<const policy::CompiledItem> item = find(content.id, content.version);
    if (!item) return refuse("there is no version " + std::to_string(content.version) + " of item " + content.id + " to be decided");
    keys.push_back(delivery::hash_of(content.id));
    items.push_back(std::move(item));
  }
  if (items.empty() && needs_items(campaign.plan.audience)) return refuse("the audience asks for items, and the package has none");
  auto compiled = CompiledAudience::compile(language, campaign.plan.audience, std::move(items));
  if (!compiled.audience) {
    const CompiledAudience::Mistake& mistake = compiled.mistakes.front();
    return refuse("rule " + std::to_string(mistake.rule) + " of the audience: " + mistake.diagnostics.front().message_en);
  }
  return {std::make_shared<const CompiledCampaign>(CompiledCampaign{*number, std::move(*compiled.audience), std::move(keys)}), {}};
}

const CompileOutcome& CompiledCampaigns::get(const Campaign& campaign) {
  Entry& entry = entries_[campaign.id];
  const bool fresh = entry.outcome.compiled == nullptr && entry.outcome.reason.empty();
  if (fresh || entry.content_hash != campaign.content_hash) entry = {campaign.content_hash, compile(campaign, language_, find_)};
  return entry.outcome;
}

void CompiledCampaigns::forget(std::string_view campaign) {
  const auto found = entries_.find(campaign);
  if (found != entries_.end()) entries_.erase(found);
}

}  // namespace zhida::campaign
