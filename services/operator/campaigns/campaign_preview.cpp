#include "operator/campaigns/campaign_preview.hpp"

#include "contracts/json.hpp"
#include "domain/campaign/audience_preview.hpp"
#include "domain/campaign/compiled_campaign.hpp"
#include "operator/access.hpp"
#include "operator/problem.hpp"
#include "operator/query_values.hpp"
#include "operator/roles.hpp"
#include "operator/rules/block_walk.hpp"
#include "operator/rules/profile_walk.hpp"
#include "operator/rules/region_mask.hpp"
#include "platform/http/parameters.hpp"

#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using http::Verb;

std::string preview_json(const campaign::Campaign& campaign, domain::Date date, const campaign::AudiencePreview& preview,
                         const campaign::PackageItems& items, std::chrono::microseconds took) {
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("campaign", campaign.id);
  writer.member("content_hash", campaign.content_hash);
  writer.member("asof", date);
  writer.member("audience", preview.audience());
  writer.key("items");
  writer.begin_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    writer.begin_object();
    writer.member("id", items[i]->id);
    writer.member("version", items[i]->version->version);
    writer.key("verdicts");
    writer.begin_object();
    for (std::size_t verdict = 0; verdict < preview.verdicts()[i].size(); ++verdict)
      writer.member(domain::name_of(static_cast<policy::Verdict>(verdict)), preview.verdicts()[i][verdict]);
    writer.end_object();
    writer.end_object();
  }
  writer.end_array();
  writer.key("sample");
  writer.begin_array();
  for (const enterprise::Uscc& uscc : preview.sample()) writer.value(uscc.text());
  writer.end_array();
  writer.member("took_us", static_cast<std::int64_t>(took.count()));
  writer.end_object();
  return text;
}

}  // namespace

void CampaignPreview::add_to(http::Router& router) {
  router.add(Verb::get, "/operator/v1/campaigns/{id}/preview", http::RouteInfo("preview_campaign", http::Access::roles(readers)).scoped(),
             [this](http::Request& request) { return preview(request); });
}

asio::awaitable<http::Response> CampaignPreview::preview(http::Request& request) {
  const auto campaign = catalog_.campaign(request.param("id"));
  if (!campaign || !may_see(request.principal->bureau, campaign->owner)) co_return http::respond(http::problems::not_found());
  http::require_only(request, {"sample"});
  const std::size_t sample = sample_of(request);
  if (!profiles_.ready())
    co_return http::respond(
        http::problems::unavailable(std::chrono::seconds(1), "profiles are being folded from the log.", "企业画像正在由日志重建。"));
  const campaign::FindItem find = [this](std::string_view id, int version) { return catalog_.compiled(id, version); };
  const campaign::CompileOutcome outcome = campaign::compile(*campaign, reference_.language, find);
  if (!outcome.compiled) co_return http::respond(problem_of({{"/package", "undecidable", outcome.reason, "该活动的受众无法判定。"}}));

  const campaign::CompiledAudience& audience = outcome.compiled->audience;
  const domain::Date date = domain::date_of(now_());
  campaign::AudiencePreview found(audience, date, sample);
  std::chrono::microseconds took{0};
  if (audience.listed()) {
    const LookAtProfile look = [&found](const enterprise::Uscc& uscc, const policy::Subject& subject) { found.add(uscc, subject); };
    const stores::RegionScope scope(profiles_, request.principal->region);
    took = co_await walk_profiles(profiles_, scope, date, *audience.listed(), look);
  } else {
    const auto epoch = co_await columns_.at(date);
    campaign::AudienceMasks masks(audience, epoch, date);
    RegionMask region(reference_, epoch, request.principal->region);
    const std::function<void(std::size_t)> look = [&](std::size_t block) {
      const auto name = [&](std::size_t bit) {
        return columns_.uscc(static_cast<matching::engine::ProfileId>(block * matching::engine::block_size + bit));
      };
      found.add(masks, block, region.of(block), name);
    };
    took = co_await walk_blocks(masks.blocks(), look);
  }
  co_return http::ok(preview_json(*campaign, date, found, audience.items(), took));
}

}  // namespace zhida::operators
