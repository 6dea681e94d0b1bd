#include "operator/campaigns/campaign_preview.hpp"

#include "contracts/json.hpp"
#include "domain/campaign/compiled_campaign.hpp"
#include "operator/access.hpp"
#include "operator/problem.hpp"
#include "operator/query_values.hpp"
#include "operator/roles.hpp"
#include "platform/http/parameters.hpp"

#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using http::Verb;

std::string preview_json(const campaign::Campaign& campaign, domain::Date date, const campaign::AudienceTally& tally,
                         const campaign::PackageItems& items) {
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("campaign", campaign.id);
  writer.member("content_hash", campaign.content_hash);
  writer.member("asof", date);
  writer.member("audience", tally.audience);
  writer.key("items");
  writer.begin_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    writer.begin_object();
    writer.member("id", items[i]->id);
    writer.member("version", items[i]->version->version);
    writer.key("verdicts");
    writer.begin_object();
    for (std::size_t verdict = 0; verdict < tally.verdicts[i].size(); ++verdict)
      writer.member(domain::name_of(static_cast<policy::Verdict>(verdict)), tally.verdicts[i][verdict]);
    writer.end_object();
    writer.end_object();
  }
  writer.end_array();
  writer.key("sample");
  writer.begin_array();
  for (const enterprise::Uscc& uscc : tally.sample) writer.value(uscc.text());
  writer.end_array();
  writer.member("took_us", static_cast<std::int64_t>(tally.took.count()));
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
  const campaign::FindItem find = [this](std::string_view id, int version) { return catalog_.compiled(id, version); };
  const campaign::CompileOutcome outcome = campaign::compile(*campaign, reference_.language, find);
  if (!outcome.compiled) co_return http::respond(problem_of({{"/package", "undecidable", outcome.reason, "该活动的受众无法判定。"}}));

  const domain::Date date = domain::date_of(now_());
  contracts::Question question = contracts::AudienceQuestion{campaign->id, static_cast<std::int64_t>(campaign->revision), date,
                                                             static_cast<std::int64_t>(sample), request.principal->region};
  const auto answer = co_await population_.ask(std::move(question));
  if (!answer) co_return http::respond(profiles_not_ready());
  co_return http::ok(preview_json(*campaign, date, std::get<campaign::AudienceTally>(*answer), outcome.compiled->audience.items()));
}

}  // namespace zhida::operators
