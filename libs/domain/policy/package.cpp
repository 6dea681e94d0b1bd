#include "domain/policy/package.hpp"

namespace zhida::policy {

std::string_view default_target(const ItemContent* first_item, const Document* its_document, const LinkPolicy& links,
                                std::string_view page_url) {
  if (first_item != nullptr)
    for (const Link& link : first_item->links)
      if (link.rel == LinkRelation::detail) return link.url;
  if (its_document != nullptr && its_document->source && links.flaw(*its_document->source) == UrlFlaw::none) return *its_document->source;
  return page_url;
}

}  // namespace zhida::policy
