#include "operator/commands/campaign_facts.hpp"

#include "contracts/catalog/campaign_json.hpp"
#include "operator/commands/decision.hpp"

namespace zhida::operators {

campaign::Facts campaign_facts(const campaign::Plan& plan, const stores::CatalogStore& catalog, const CommandRules& rules,
                               domain::Instant now) {
  campaign::Facts facts;
  const auto package = catalog.package(plan.package);
  if (!package) return facts;
  facts.package.id = package->id;
  facts.package.title = package->title;
  facts.package.kind = package->kind;

  const policy::ItemContent* first_item = nullptr;
  std::shared_ptr<const policy::Item> first_entity;
  std::shared_ptr<const policy::Document> its_document;
  for (const policy::PackageContent& content : package->contents) {
    campaign::PinnedContent pinned{content.type, content.id, 0, ""};
    if (content.type != policy::ContentType::item) {
      const auto document = catalog.document(content.id);
      if (!its_document && first_item == nullptr) its_document = document;
      facts.documents.push_back({content.id, document && is_public(*document)});
      facts.package.contents.push_back(std::move(pinned));
      continue;
    }
    const auto item = catalog.item(content.id);
    const policy::ItemVersion* latest = item ? item->latest() : nullptr;
    campaign::ItemStanding standing{content.id, item ? item->state() : policy::ItemState::draft, policy::WindowState::closed,
                                    policy::Mode::apply};
    const auto document = latest != nullptr && latest->content.document ? catalog.document(*latest->content.document) : nullptr;
    standing.disclosed = !document || is_public(*document);
    if (latest != nullptr) {
      pinned.version = latest->version;
      pinned.rule_hash = latest->rule_hash;
      standing.window = policy::window_at(latest->content, domain::date_of(now));
      standing.mode = latest->content.mode;
      if (first_item == nullptr) {
        first_entity = item;
        first_item = &latest->content;
        its_document = document;
      }
    }
    facts.package.contents.push_back(std::move(pinned));
    facts.items.push_back(std::move(standing));
  }
  facts.package.target =
      package->target ? *package->target : std::string(policy::default_target(first_item, its_document.get(), rules.links, rules.page_url));
  facts.content_hash = sha256_hex(contracts::campaign_content_json(plan, facts.package));
  return facts;
}

}  // namespace zhida::operators
