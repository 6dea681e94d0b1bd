#include "page/inbox/pinned_items.hpp"

#include <stdexcept>

namespace zhida::page {

std::vector<PinnedItem> pinned_items(const stores::CatalogStore& catalog, const campaign::Campaign& campaign) {
  std::vector<PinnedItem> items;
  for (const campaign::PinnedContent& content : campaign.package.contents) {
    if (content.type != policy::ContentType::item) continue;
    PinnedItem pinned;
    pinned.item = catalog.item(content.id);
    if (pinned.item) pinned.version = pinned.item->find(content.version);
    if (pinned.version == nullptr)
      throw std::logic_error("campaign " + campaign.id + " names version " + std::to_string(content.version) + " of item " + content.id +
                             ", which the catalogue lacks");
    items.push_back(std::move(pinned));
  }
  return items;
}

std::vector<std::size_t> link_counts(const std::vector<PinnedItem>& items) {
  std::vector<std::size_t> counts;
  for (const PinnedItem& pinned : items) counts.push_back(pinned.version->content.links.size());
  return counts;
}

}  // namespace zhida::page
