#include "page/policies/policy_json.hpp"

#include "contracts/catalog/document_json.hpp"
#include "contracts/catalog/item_json.hpp"

#include <set>
#include <string>
#include <vector>

namespace zhida::page {
namespace {

using contracts::JsonWriter;

/// What searches filter by and lists show of a document.
void write_document_members(JsonWriter& writer, const policy::Document* document) {
  static const policy::Document none;
  const policy::Document& shown = document != nullptr ? *document : none;
  const auto known = [document](auto value) { return document != nullptr ? std::optional(value) : std::nullopt; };
  writer.member("document", known(shown.id));
  writer.member("doc_number", shown.doc_number);
  writer.member("kind", known(shown.kind));
  writer.member("issuer", shown.issuer);
  writer.member("level", known(shown.level));
  writer.member("region", shown.region);
  writer.member("topics", shown.topics);
  writer.member("themes", shown.themes);
  writer.member("published", shown.published);
}

void write_asked(JsonWriter& writer, const matching::Rule& rule) {
  const matching::Dictionary& dictionary = rule.language().dictionary();
  writer.key("asks");
  writer.begin_array();
  std::set<std::uint32_t> slots;
  for (const matching::Leaf& leaf : rule.leaves()) slots.insert(leaf.slots.begin(), leaf.slots.end());
  for (const std::uint32_t slot : slots) {
    const matching::Attribute& attribute = dictionary[slot];
    writer.begin_object();
    writer.member("attribute", attribute.name);
    writer.member("type", cel::to_string(attribute.type));
    writer.member("unit", attribute.unit);
    writer.member("label_zh", attribute.label_zh);
    writer.member("question_zh", attribute.question_zh);
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

policy::Validity validity_of(const policy::Document& document, const ShelfView& shelf, domain::Date today) {
  if (document.repealed_on && *document.repealed_on <= today) return policy::Validity::repealed;
  if (document.valid_to && *document.valid_to < today) return policy::Validity::expired;
  return !shelf.successors.contains(document.id) ? policy::Validity::effective : policy::Validity::amended;
}

policy::Validity validity_of(const Offer& offer, domain::Date today) {
  return policy::validity_of(*offer.item, offer.compiled->version->version, offer.document.get(), today);
}

void begin_line(JsonWriter& writer, const Offer& offer, domain::Date today) {
  const policy::ItemContent& content = offer.content();
  writer.begin_object();
  writer.member("id", offer.compiled->id);
  writer.member("type", policy::ContentType::item);
  writer.member("version", offer.compiled->version->version);
  writer.member("title", content.title);
  writer.member("mode", content.mode);
  if (content.mode == policy::Mode::for_comment) writer.member("label_zh", draft_label);
  write_document_members(writer, offer.document.get());
  writer.member("validity", validity_of(offer, today));
  writer.member("window", policy::window_at(content, today));
  writer.member("deadline", policy::deadline_after(content, today));
  writer.key("benefit");
  writer.begin_object();
  writer.member("kind", content.benefit ? std::optional(content.benefit->kind) : std::nullopt);
  writer.member("text_zh", content.benefit ? content.benefit->text_zh : std::string());
  writer.end_object();
}

void begin_line(JsonWriter& writer, const policy::Document& document, const ShelfView& shelf, domain::Date today) {
  writer.begin_object();
  writer.member("id", document.id);
  writer.member("type", policy::ContentType::document);
  writer.member("title", document.title);
  write_document_members(writer, &document);
  writer.member("validity", validity_of(document, shelf, today));
}

std::string item_json(const Offer& offer, domain::Date today) {
  const policy::ItemVersion& version = *offer.compiled->version;
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  writer.member("id", offer.compiled->id);
  writer.member("version", version.version);
  writer.member("bureau", offer.item->owner.bureau);
  writer.member("published_at", version.published_at);
  contracts::write_content_members(writer, version.content);
  if (version.content.mode == policy::Mode::for_comment) writer.member("label_zh", draft_label);
  writer.member("validity", validity_of(offer, today));
  writer.member("window", policy::window_at(version.content, today));
  writer.member("deadline", policy::deadline_after(version.content, today));
  writer.key("policy");
  if (offer.document)
    contracts::write(writer, *offer.document);
  else
    writer.null();
  write_asked(writer, offer.compiled->rule);
  writer.key("versions");
  writer.begin_array();
  for (const policy::ItemVersion& each : offer.item->versions) {
    writer.begin_object();
    writer.member("version", each.version);
    writer.member("published_at", each.published_at);
    writer.member("valid_from", each.content.valid_from);
    writer.member("valid_to", each.content.valid_to);
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  return json;
}

std::string document_json(const policy::Document& document, const ShelfView& shelf, domain::Date today) {
  std::string json, interpretations;
  JsonWriter writer(json), links(interpretations);
  contracts::write(writer, document);
  json.pop_back();  // more members follow
  writer.member("validity", validity_of(document, shelf, today));
  const auto successors = shelf.successors.find(document.id);
  writer.member("superseded_by", successors != shelf.successors.end() ? successors->second : std::vector<std::string>());
  links.begin_array();
  writer.key("items");
  writer.begin_array();
  for (const Offer& offer : shelf.offers) {
    if (!offer.document || offer.document->id != document.id) continue;
    writer.begin_object();
    writer.member("id", offer.compiled->id);
    writer.member("version", offer.compiled->version->version);
    writer.member("title", offer.content().title);
    writer.member("validity", validity_of(offer, today));
    writer.end_object();
    for (const policy::Link& link : offer.content().links) {
      if (link.rel != policy::LinkRelation::interpretation) continue;
      links.begin_object();
      links.member("item", offer.compiled->id);
      links.member("url", link.url);
      links.member("label_zh", link.label_zh);
      links.end_object();
    }
  }
  writer.end_array();
  links.end_array();
  writer.key("interpretations");
  writer.raw(interpretations);
  writer.end_object();
  return json;
}

}  // namespace zhida::page
