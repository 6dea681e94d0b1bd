#include "operator/catalog/item_impact.hpp"

#include "contracts/json.hpp"
#include "node/asof.hpp"
#include "operator/access.hpp"
#include "operator/problem.hpp"
#include "operator/query_values.hpp"
#include "operator/roles.hpp"
#include "operator/rules/impact_json.hpp"
#include "platform/http/parameters.hpp"

#include <utility>

namespace zhida::operators {

namespace asio = boost::asio;
using http::Verb;

void ItemImpact::add_to(http::Router& router) {
  router.add(Verb::get, "/operator/v1/items/{id}/impact", http::RouteInfo("item_impact", http::Access::roles(readers)).scoped(),
             [this](http::Request& request) { return impact(request); });
}

/// What an item without a published version asks: nobody has it. Throws `http::Refused` with 422 for a draft whose rule does not check.
contracts::ImpactQuestion::Side ItemImpact::side_of(const policy::ItemVersion* version) const {
  if (version == nullptr) return {"false", {}};
  const auto compiled = matching::Rule::compile(reference_.language, version->content.rule, version->content.manual);
  if (!compiled) throw http::Refused(problem_of(errors_of(compiled.diagnostics, "/rule")));
  return {version->content.rule, version->content.manual};
}

asio::awaitable<http::Response> ItemImpact::impact(http::Request& request) {
  const auto item = catalog_.item(request.param("id"));
  if (!item || !may_see(request.principal->bureau, item->owner)) co_return http::respond(http::problems::not_found());
  http::require_only(request, {"asof", "sample"});
  const domain::Date asof = node::asof_of(request, domain::date_of(now_()));
  const std::size_t sample = sample_of(request);
  if (!item->draft)
    co_return http::respond(
        http::problems::conflict("there is no draft to publish.", "没有可发布的草稿。", domain::name_of(item->state())));
  const policy::ItemVersion* const published = item->state() == policy::ItemState::published ? item->latest() : nullptr;
  contracts::Question question = contracts::ImpactQuestion{side_of(published), side_of(&*item->draft), asof,
                                                           static_cast<std::int64_t>(sample), request.principal->region};
  const auto answer = co_await population_.ask(std::move(question));
  if (!answer) co_return http::respond(profiles_not_ready());

  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("item", item->id);
  writer.member("published", published != nullptr ? std::optional(published->version) : std::nullopt);
  writer.member("draft", item->draft->version);
  writer.key("impact");
  writer.raw(impact_json(std::get<campaign::ImpactTally>(*answer), asof));
  writer.end_object();
  co_return http::ok(std::move(text));
}

}  // namespace zhida::operators
