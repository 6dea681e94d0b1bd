#include "operator/catalog/catalog_routes.hpp"

#include "contracts/json.hpp"
#include "domain/policy/identifier.hpp"
#include "domain/policy/sentence.hpp"
#include "operator/access.hpp"
#include "operator/commands/decision.hpp"
#include "operator/listing.hpp"
#include "operator/roles.hpp"
#include "platform/http/conditional.hpp"
#include "platform/http/problem.hpp"

#include <algorithm>
#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using contracts::CommandKind;
using contracts::EntityKind;
using http::Verb;

/// The item as JSON, and beside its rule that rule as a sentence; null where the rule does not check against this program's dictionary.
std::string detail(const policy::Item& item, const stores::ReferenceData& reference) {
  const policy::ItemVersion* const shown = item.latest() != nullptr ? item.latest() : item.draft ? &*item.draft : nullptr;
  std::optional<std::string> sentence;
  if (shown != nullptr) {
    const auto compiled = matching::Rule::compile(reference.language, shown->content.rule, shown->content.manual);
    if (compiled) sentence = policy::rule_zh(*compiled.rule, reference.regions);
  }
  std::string json = entity_json(item);
  json.pop_back();
  json += ",\"rule_zh\":";
  contracts::JsonWriter writer(json);
  writer.value(sentence);
  return json + '}';
}

template <class Entity>
std::string detail(const Entity& entity, const stores::ReferenceData&) {
  return entity_json(entity);
}

template <class Entity>
http::Response answer(const http::Request& request, const std::shared_ptr<const Entity>& entity, http::Status status,
                      const stores::ReferenceData& reference) {
  if (!entity || !may_see(request.principal->bureau, entity->owner)) return http::respond(http::problems::not_found());
  http::Response response(status, detail(*entity, reference));
  return http::with_etag(request, std::move(response), http::etag(entity->revision));
}

template <class T>
bool matches(const std::optional<T>& wanted, T actual) {
  return !wanted || *wanted == actual;
}

bool has(const std::vector<std::string>& words, std::string_view wanted) {
  return wanted.empty() || std::ranges::find(words, wanted) != words.end();
}

}  // namespace

/// A page of those entities the asker may see and `keep` wants.
template <class Entity, class Keep>
http::Response CatalogRoutes::list(const http::Request& request, const stores::Entities<Entity>& all, Keep keep) const {
  const PageRequest page = page_request(request, policy::is_identifier);
  const std::string& bureau = request.principal->bureau;
  const std::string_view wanted_bureau = code_of(request, "bureau", reference_.bureaus);
  const auto found = stores::page_of(all, page.after, page.limit, [&](const Entity& entity) {
    return may_see(bureau, entity.owner) && (wanted_bureau.empty() || entity.owner.includes(wanted_bureau)) && keep(entity);
  });
  std::string elements;
  for (const auto& entity : found.entities) {
    if (!elements.empty()) elements += ',';
    elements += entity_json(*entity);
  }
  return http::ok(list_json(elements, found.next));
}

void CatalogRoutes::add_to(http::Router& router) {
  const auto get = [&](std::string pattern, std::string name, auto answer_request) {
    http::RouteInfo info = http::RouteInfo(std::move(name), http::Access::roles(readers)).scoped();
    router.add(Verb::get, std::move(pattern), std::move(info),
               [answer_request](http::Request& request) -> asio::awaitable<http::Response> { co_return answer_request(request); });
  };
  get("/operator/v1/documents", "list_documents", [this](const http::Request& request) { return list_documents(request); });
  get("/operator/v1/items", "list_items", [this](const http::Request& request) { return list_items(request); });
  get("/operator/v1/packages", "list_packages", [this](const http::Request& request) { return list_packages(request); });
  const auto one = [this](EntityKind kind) {
    return [this, kind](const http::Request& request) { return current(request, kind, request.param("id"), http::Status::ok); };
  };
  get("/operator/v1/documents/{id}", "get_document", one(EntityKind::document));
  get("/operator/v1/items/{id}", "get_item", one(EntityKind::item));
  get("/operator/v1/packages/{id}", "get_package", one(EntityKind::package));

  const auto add_put = [&](std::string pattern, std::string name, CommandKind kind) {
    http::RouteInfo info = http::RouteInfo(std::move(name), http::Access::roles(authors)).scoped();
    router.add(Verb::put, std::move(pattern), std::move(info), [this, kind](http::Request& request) { return put(request, kind); });
  };
  add_put("/operator/v1/documents/{id}", "put_document", CommandKind::document_put);
  add_put("/operator/v1/items/{id}", "put_item", CommandKind::item_put);
  add_put("/operator/v1/packages/{id}", "put_package", CommandKind::package_put);

  http::RouteInfo publish = http::RouteInfo("publish_item", http::Access::roles(approvers)).scoped();
  router.add(Verb::post, "/operator/v1/items/{id}/publish", std::move(publish),
             [this](http::Request& request) { return change_item(request, CommandKind::item_publish); });
  http::RouteInfo withdraw = http::RouteInfo("withdraw_item", http::Access::roles(authors)).scoped();
  router.add(Verb::post, "/operator/v1/items/{id}/withdraw", std::move(withdraw),
             [this](http::Request& request) { return change_item(request, CommandKind::item_withdraw); });
}

asio::awaitable<http::Response> CatalogRoutes::put(http::Request& request, CommandKind kind) {
  http::require_content_type(request, http::json_type);
  const std::string id = request.param("id");
  const CommandAnswer outcome = co_await gateway_.submit(request, kind, id);
  if (outcome.refused()) co_return refusal_response(std::get<contracts::CommandRefused>(outcome.event->outcome));
  const http::Status status = outcome.event->revision == 1 ? http::Status::created : http::Status::ok;
  http::Response response = current(request, contracts::entity_kind_of(kind), id, status);
  if (outcome.replayed) response.set("Idempotency-Replayed", "true");
  co_return response;
}

asio::awaitable<http::Response> CatalogRoutes::change_item(http::Request& request, CommandKind kind) {
  const std::string id = request.param("id");
  const CommandAnswer outcome = co_await gateway_.submit(request, kind, id);
  if (outcome.refused()) co_return refusal_response(std::get<contracts::CommandRefused>(outcome.event->outcome));
  http::Response response = current(request, EntityKind::item, id, http::Status::ok);
  if (outcome.replayed) response.set("Idempotency-Replayed", "true");
  co_return response;
}

http::Response CatalogRoutes::current(const http::Request& request, EntityKind kind, const std::string& id, http::Status status) const {
  switch (kind) {
    case EntityKind::document:
      return answer(request, catalog_.document(id), status, reference_);
    case EntityKind::item:
      return answer(request, catalog_.item(id), status, reference_);
    case EntityKind::package:
      return answer(request, catalog_.package(id), status, reference_);
    case EntityKind::campaign:
      break;
  }
  throw std::logic_error("not an entity of these routes");
}

http::Response CatalogRoutes::list_documents(const http::Request& request) const {
  refuse_filters(request, {"state", "mode", "kind"});
  const auto level = choice_of<policy::Level>(request, "level");
  const std::string_view topic = code_of(request, "topic", reference_.topics), text = request.query_or("q", "");
  return list(request, catalog_.documents(), [&](const policy::Document& document) {
    return matches(level, document.level) && has(document.topics, topic) &&
           (contains(document.title, text) || contains(document.doc_number.value_or(""), text));
  });
}

http::Response CatalogRoutes::list_items(const http::Request& request) const {
  refuse_filters(request, {"kind"});
  const auto state = choice_of<policy::ItemState>(request, "state");
  const auto mode = choice_of<policy::Mode>(request, "mode");
  const auto level = choice_of<policy::Level>(request, "level");
  const std::string_view topic = code_of(request, "topic", reference_.topics), text = request.query_or("q", "");
  return list(request, catalog_.items(), [&](const policy::Item& item) {
    const policy::ItemVersion* shown = item.latest() != nullptr ? item.latest() : item.draft ? &*item.draft : nullptr;
    if (shown == nullptr || !matches(state, item.state()) || !matches(mode, shown->content.mode)) return false;
    if (level || !topic.empty()) {
      const auto document = shown->content.document ? catalog_.document(*shown->content.document) : nullptr;
      if (!document || !matches(level, document->level) || !has(document->topics, topic)) return false;
    }
    return contains(shown->content.title, text);
  });
}

http::Response CatalogRoutes::list_packages(const http::Request& request) const {
  refuse_filters(request, {"state", "mode", "level", "topic"});
  const auto kind = choice_of<policy::PackageKind>(request, "kind");
  const std::string_view text = request.query_or("q", "");
  return list(request, catalog_.packages(),
              [&](const policy::Package& package) { return matches(kind, package.kind) && contains(package.title, text); });
}

}  // namespace zhida::operators
