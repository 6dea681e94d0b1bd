#pragma once

#include "domain/enterprise/regions.hpp"
#include "domain/field_error.hpp"
#include "domain/policy/document.hpp"
#include "domain/policy/item.hpp"
#include "domain/policy/links.hpp"
#include "domain/policy/package.hpp"

namespace zhida::policy {

/// What is wrong with an entity that was read from a well-formed body, by pointers into that body. Whether the ids it names exist, and
/// whether its rule compiles, is for those to say who know.
///
/// Document: title, region of its level, dates in order, source is a URL, ids of `supersedes`.
domain::FieldErrors validate(const Document& document, const enterprise::Regions& regions);

/// Item: title, document id, manual conditions named and once each, windows and validity in order, days of months, benefit amounts,
/// hosts of links. `no_application` and the other modes demand nothing more.
domain::FieldErrors validate(const ItemContent& item, const LinkPolicy& links);

/// Package: title, at least one content, each once, ids, target.
domain::FieldErrors validate(const Package& package, const LinkPolicy& links);

/// At `/bureau` and `/co_bureaus`: codes that `is_bureau` does not know.
template <class IsBureau>
void validate_owner(const Owner& owner, IsBureau is_bureau, domain::FieldErrors& errors) {
  const auto unknown = [&](std::string pointer) {
    errors.push_back({std::move(pointer), "unknown", "there is no such bureau.", "没有这个责任单位。"});
  };
  if (!is_bureau(owner.bureau)) unknown("/bureau");
  for (std::size_t i = 0; i < owner.co_bureaus.size(); ++i)
    if (!is_bureau(owner.co_bureaus[i])) unknown("/co_bureaus/" + std::to_string(i));
}

}  // namespace zhida::policy
