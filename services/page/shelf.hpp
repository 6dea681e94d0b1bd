#pragma once

#include "domain/policy/check.hpp"
#include "domain/policy/document.hpp"
#include "domain/policy/item.hpp"
#include "stores/catalog/catalog_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::page {

/// How a draft that is out for comment must be called.
inline constexpr std::string_view draft_label = "征求意见稿";

/// A published item whose document is public or which has none.
struct Offer {
  std::shared_ptr<const policy::CompiledItem> compiled;  ///< the latest version
  std::shared_ptr<const policy::Item> item;
  std::shared_ptr<const policy::Document> document;  ///< null = none

  const policy::ItemContent& content() const { return compiled->version->content; }
};

/// What the public may see of the catalogue, at one moment. Immutable.
struct ShelfView {
  std::vector<Offer> offers;                                       ///< by id
  std::vector<std::shared_ptr<const policy::Document>> documents;  ///< public ones without an offer, by id

  std::map<std::string, std::vector<std::string>, std::less<>> successors;  ///< document → public ones that replace it

  const Offer* find(std::string_view item) const;
};

/// Keeps the view of the catalogue's latest state.
class Shelf {
 public:
  explicit Shelf(stores::CatalogStore& catalog) : catalog_(catalog) {}

  /// A snapshot that stays as it is; throws http::Refused with 503 while the catalogue is being read.
  std::shared_ptr<const ShelfView> view();

 private:
  stores::CatalogStore& catalog_;
  std::shared_ptr<const ShelfView> view_;
  std::uint64_t version_ = 0;
};

}  // namespace zhida::page
