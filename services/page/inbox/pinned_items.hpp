#pragma once

#include "domain/campaign/campaign.hpp"
#include "stores/catalog/catalog_store.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace zhida::page {

/// An item as a campaign pushed it.
struct PinnedItem {
  std::shared_ptr<const policy::Item> item;
  const policy::ItemVersion* version = nullptr;  ///< of `item`
};

/// The items of what the campaign approved, in their order: what decisions of its intents and numbers of its links go by.
/// Throws std::logic_error if the catalogue lacks one: a campaign follows its items in the catalogue.
std::vector<PinnedItem> pinned_items(const stores::CatalogStore& catalog, const campaign::Campaign& campaign);

/// How many links each has.
std::vector<std::size_t> link_counts(const std::vector<PinnedItem>& items);

}  // namespace zhida::page
