// Documents, items and packages: what becomes of the commands about them.

#include "contracts/catalog/document_json.hpp"
#include "contracts/catalog/item_json.hpp"
#include "contracts/catalog/package_json.hpp"
#include "domain/policy/identifier.hpp"
#include "domain/policy/validate.hpp"
#include "operator/commands/decision.hpp"
#include "operator/problem.hpp"

namespace zhida::operators {
namespace {

using contracts::CatalogEvent;

void require_identifier(const std::string& id) {
  if (policy::is_identifier(id)) return;
  throw Refused{problem_of({{"", "id", "an id has 1 to 64 letters, digits, dots, hyphens or underscores and begins with a letter or digit.",
                             "编号由1至64个字母、数字、点、连字符或下划线组成，以字母或数字开头。"}})};
}

template <class T, class Read>
T read_body(const Situation& situation, Read read) {
  auto body = contracts::read_json<T>(situation.command.body, read);
  if (body.has_error()) throw Refused{problem_of(body.error())};
  return std::move(body).value();
}

/// The item of the command, if it exists for the asker.
std::shared_ptr<const policy::Item> existing_item(const Situation& situation) {
  auto item = situation.catalog.item(situation.command.entity);
  if (!item || !situation.visible(item->owner)) throw Refused{http::problems::not_found()};
  return item;
}

template <class Entity>
void require_mine(const Situation& situation, const std::shared_ptr<const Entity>& current) {
  if (current && !situation.visible(current->owner)) throw Refused{http::problems::not_found()};
}

/// At `pointer`: the entity is unknown, or another bureau's, which comes to the same.
template <class Entity>
void require_known(const Situation& situation, const std::shared_ptr<const Entity>& entity, const std::string& pointer,
                   domain::FieldErrors& errors) {
  if (!entity || !situation.visible(entity->owner)) errors.push_back({pointer, "unknown", "there is no such entity.", "没有这个对象。"});
}

}  // namespace

CatalogEvent::Outcome put_document(const Situation& situation) {
  require_identifier(situation.command.entity);
  const auto current = situation.catalog.document(situation.command.entity);
  require_mine(situation, current);
  require_put(situation, current ? current->revision : 0, current ? entity_json(*current) : "");
  auto document =
      read_body<policy::Document>(situation, [](contracts::JsonReader& reader) { return contracts::read_document_body(reader); });
  domain::FieldErrors errors = policy::validate(document, situation.rules.reference.regions);
  for (std::size_t i = 0; i < document.topics.size(); ++i)
    if (!situation.rules.reference.topics.contains(document.topics[i]))
      errors.push_back({"/topics/" + std::to_string(i), "unknown", "there is no such topic.", "没有这个主题。"});
  if (document.owner.bureau.empty() && current) document.owner = current->owner;
  document.owner = situation.owner_or_default(std::move(document.owner), errors);
  require_none(errors);
  document.id = situation.command.entity;
  document.revision = (current ? current->revision : 0) + 1;
  return contracts::DocumentPut{std::move(document)};
}

CatalogEvent::Outcome put_item(const Situation& situation) {
  require_identifier(situation.command.entity);
  const auto current = situation.catalog.item(situation.command.entity);
  require_mine(situation, current);
  require_put(situation, current ? current->revision : 0, current ? entity_json(*current) : "");
  auto body = read_body<contracts::ItemBody>(situation, [](contracts::JsonReader& reader) { return contracts::read_item_body(reader); });

  domain::FieldErrors errors = policy::validate(body.content, situation.rules.links);
  if (body.content.document) require_known(situation, situation.catalog.document(*body.content.document), "/document", errors);
  if (body.owner.bureau.empty() && current) body.owner = current->owner;
  body.owner = situation.owner_or_default(std::move(body.owner), errors);

  policy::ItemVersion draft;
  draft.version = current ? current->next_version() : 1;
  draft.author = situation.command.key_id;
  draft.written_at = situation.now;
  draft.rule_hash = sha256_hex(policy::rule_hash_input(body.content));
  draft.content = std::move(body.content);
  const auto compiled = policy::CompiledItem::compile(situation.rules.reference.language, situation.command.entity,
                                                      std::make_shared<const policy::ItemVersion>(draft));
  for (auto& error : errors_of(compiled.rule, "/rule")) errors.push_back(std::move(error));
  for (auto& error : errors_of(compiled.formula, "/benefit/formula")) errors.push_back(std::move(error));
  require_none(errors);
  return contracts::ItemDrafted{std::move(body.owner), std::move(draft)};
}

CatalogEvent::Outcome publish_item(const Situation& situation) {
  const auto item = existing_item(situation);
  require_revision(situation, item->revision, entity_json(*item));
  if (!item->draft)
    throw Refused{http::problems::conflict("there is no draft to publish.", "没有可发布的草稿。", domain::name_of(item->state())),
                  entity_json(*item)};
  if (item->draft->author == situation.command.key_id)
    throw Refused{http::problems::forbidden("the author of a draft cannot publish it: another person has to.",
                                            "草稿的作者不能自行发布，须由另一人发布。"),
                  entity_json(*item)};
  policy::ItemVersion version = *item->draft;
  version.published_at = situation.now;
  version.published_by = situation.command.key_id;
  return contracts::ItemPublished{std::move(version)};
}

CatalogEvent::Outcome withdraw_item(const Situation& situation) {
  const auto item = existing_item(situation);
  require_revision(situation, item->revision, entity_json(*item));
  if (item->state() != policy::ItemState::published)
    throw Refused{
        http::problems::conflict("only a published item can be withdrawn.", "只有已发布的事项可以撤回。", domain::name_of(item->state())),
        entity_json(*item)};
  return contracts::ItemWithdrawn{};
}

CatalogEvent::Outcome put_package(const Situation& situation) {
  require_identifier(situation.command.entity);
  const auto current = situation.catalog.package(situation.command.entity);
  require_mine(situation, current);
  require_put(situation, current ? current->revision : 0, current ? entity_json(*current) : "");
  auto package = read_body<policy::Package>(situation, [](contracts::JsonReader& reader) { return contracts::read_package_body(reader); });
  domain::FieldErrors errors = policy::validate(package, situation.rules.links);
  for (std::size_t i = 0; i < package.contents.size(); ++i) {
    const policy::PackageContent& content = package.contents[i];
    const std::string pointer = "/contents/" + std::to_string(i) + "/id";
    if (content.type == policy::ContentType::item)
      require_known(situation, situation.catalog.item(content.id), pointer, errors);
    else
      require_known(situation, situation.catalog.document(content.id), pointer, errors);
  }
  if (package.owner.bureau.empty() && current) package.owner = current->owner;
  package.owner = situation.owner_or_default(std::move(package.owner), errors);
  require_none(errors);
  package.id = situation.command.entity;
  package.revision = (current ? current->revision : 0) + 1;
  return contracts::PackagePut{std::move(package)};
}

}  // namespace zhida::operators
