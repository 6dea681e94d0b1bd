#pragma once

#include "contracts/json.hpp"
#include "domain/policy/window.hpp"
#include "page/shelf.hpp"

namespace zhida::page {

/// Whether a document is in force on `today`; `amended` = another public document has taken its place.
policy::Validity validity_of(const policy::Document& document, const ShelfView& shelf, domain::Date today);
policy::Validity validity_of(const Offer& offer, domain::Date today);

/// One line of the list, as an object that is left open.
void begin_line(contracts::JsonWriter& writer, const Offer& offer, domain::Date today);
void begin_line(contracts::JsonWriter& writer, const policy::Document& document, const ShelfView& shelf, domain::Date today);

/// Everything the public may know of an item: its published content, its document, its other versions by number, what its rule asks.
std::string item_json(const Offer& offer, domain::Date today);

/// Everything the public may know of a document, with the offers made under it and who interprets it.
std::string document_json(const policy::Document& document, const ShelfView& shelf, domain::Date today);

}  // namespace zhida::page
