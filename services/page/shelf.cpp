#include "page/shelf.hpp"

#include "page/problem.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace zhida::page {

const Offer* ShelfView::find(std::string_view item) const {
  const auto found = std::ranges::lower_bound(offers, item, {}, [](const Offer& offer) { return std::string_view(offer.compiled->id); });
  return found != offers.end() && found->compiled->id == item ? &*found : nullptr;
}

std::shared_ptr<const ShelfView> Shelf::view() {
  if (!catalog_.ready()) throw http::Refused(not_ready());
  if (view_ && version_ == catalog_.version()) return view_;
  ShelfView made;
  std::set<std::string_view> with_offer;
  for (const auto& compiled : *catalog_.published()) {
    Offer offer{compiled, catalog_.item(compiled->id), nullptr};
    if (const auto& id = compiled->version->content.document) {
      offer.document = catalog_.document(*id);
      if (!offer.document || !is_public(*offer.document)) continue;
      with_offer.insert(offer.document->id);
    }
    made.offers.push_back(std::move(offer));
  }
  for (const auto& [id, document] : catalog_.documents()) {
    if (!is_public(*document)) continue;
    if (!with_offer.contains(id)) made.documents.push_back(document);
    for (const std::string& replaced : document->supersedes) made.successors[replaced].push_back(id);
  }
  view_ = std::make_shared<const ShelfView>(std::move(made));
  version_ = catalog_.version();
  return view_;
}

}  // namespace zhida::page
