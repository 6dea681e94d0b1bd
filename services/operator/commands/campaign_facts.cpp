#include "operator/commands/campaign_facts.hpp"

#include "contracts/catalog/campaign_json.hpp"
#include "operator/commands/decision.hpp"

namespace zhida::operators {
namespace {

std::shared_ptr<const policy::Document> document_of(const policy::ItemVersion& version, const stores::CatalogStore& catalog) {
  return version.content.document ? catalog.document(*version.content.document) : nullptr;
}

/// All but the content hash.
campaign::Facts facts_without_hash(const std::string& package, const stores::CatalogStore& catalog, const CommandRules& rules,
                                   domain::Instant now) {
  campaign::Facts facts;
  facts.package = pinned_package(package, catalog, rules);
  for (const campaign::PinnedContent& content : facts.package.contents) {
    if (content.type != policy::ContentType::item) {
      const auto document = catalog.document(content.id);
      facts.documents.push_back({content.id, document && is_public(*document)});
      continue;
    }
    const auto item = catalog.item(content.id);
    const policy::ItemVersion* latest = item ? item->latest() : nullptr;
    campaign::ItemStanding standing{content.id, item ? item->state() : policy::ItemState::draft, policy::WindowState::closed,
                                    policy::Mode::apply};
    if (latest != nullptr) {
      const auto document = document_of(*latest, catalog);
      standing.disclosed = !document || is_public(*document);
      standing.window = policy::window_at(latest->content, domain::date_of(now));
      standing.mode = latest->content.mode;
    }
    facts.items.push_back(std::move(standing));
  }
  return facts;
}

std::string hash_of(const campaign::Plan& plan, const campaign::PinnedPackage& package) {
  return package.id.empty() ? std::string() : sha256_hex(contracts::campaign_content_json(plan, package));
}

}  // namespace

campaign::PinnedPackage pinned_package(std::string_view id, const stores::CatalogStore& catalog, const CommandRules& rules) {
  campaign::PinnedPackage pinned;
  const auto package = catalog.package(id);
  if (!package) return pinned;
  pinned.id = package->id;
  pinned.title = package->title;
  pinned.kind = package->kind;

  std::shared_ptr<const policy::Item> first_item;
  const policy::ItemVersion* first_version = nullptr;
  std::shared_ptr<const policy::Document> its_document;
  for (const policy::PackageContent& content : package->contents) {
    campaign::PinnedContent as_it_stands{content.type, content.id, 0, ""};
    if (content.type != policy::ContentType::item) {
      if (!its_document && first_version == nullptr) its_document = catalog.document(content.id);
    } else if (auto item = catalog.item(content.id); item && item->latest() != nullptr) {
      const policy::ItemVersion& latest = *item->latest();
      as_it_stands.version = latest.version;
      as_it_stands.rule_hash = latest.rule_hash;
      if (first_version == nullptr) {
        its_document = document_of(latest, catalog);
        first_version = &latest;
        first_item = std::move(item);
      }
    }
    pinned.contents.push_back(std::move(as_it_stands));
  }
  const policy::ItemContent* const first_content = first_version != nullptr ? &first_version->content : nullptr;
  pinned.target = package->target ? *package->target
                                  : std::string(policy::default_target(first_content, its_document.get(), rules.links, rules.page_url));
  return pinned;
}

campaign::Facts campaign_facts(const campaign::Plan& plan, const stores::CatalogStore& catalog, const CommandRules& rules,
                               domain::Instant now) {
  campaign::Facts facts = facts_without_hash(plan.package, catalog, rules, now);
  facts.content_hash = hash_of(plan, facts.package);
  return facts;
}

campaign::Facts campaign_facts(const campaign::Campaign& campaign, const stores::CatalogStore& catalog, const CommandRules& rules,
                               domain::Instant now) {
  campaign::Facts facts = facts_without_hash(campaign.plan.package, catalog, rules, now);
  facts.content_hash = facts.package == campaign.package ? campaign.content_hash : hash_of(campaign.plan, facts.package);
  return facts;
}

}  // namespace zhida::operators
