#include "contracts/catalog/document_json.hpp"

namespace zhida::contracts {
namespace {

void read_content(JsonReader& reader, policy::Document& document) {
  read_owner(reader, document.owner);
  reader.required("title", document.title);
  reader.optional("doc_number", document.doc_number);
  reader.optional("index_no", document.index_no);
  reader.optional("kind", document.kind);
  reader.optional("issuer", document.issuer);
  reader.required("level", document.level);
  reader.optional("region", document.region);
  reader.optional("topics", document.topics);
  reader.optional("themes", document.themes);
  reader.optional("made_on", document.made_on);
  reader.optional("published", document.published);
  reader.optional("valid_from", document.valid_from);
  reader.optional("valid_to", document.valid_to);
  reader.optional("supersedes", document.supersedes);
  reader.optional("repealed_on", document.repealed_on);
  reader.optional("disclosure", document.disclosure);
  reader.optional("source", document.source);
}

}  // namespace

void read_owner(JsonReader& reader, policy::Owner& owner) {
  reader.optional("bureau", owner.bureau);
  reader.optional("co_bureaus", owner.co_bureaus);
}

void write_owner_members(JsonWriter& writer, const policy::Owner& owner) {
  writer.member("bureau", owner.bureau);
  writer.member("co_bureaus", owner.co_bureaus);
}

policy::Document read_document_body(JsonReader& reader) {
  reader.only({"id",        "revision",   "bureau",   "co_bureaus", "title",       "doc_number", "index_no",
               "kind",      "issuer",     "level",    "region",     "topics",      "themes",     "made_on",
               "published", "valid_from", "valid_to", "supersedes", "repealed_on", "disclosure", "source"});
  policy::Document document;
  read_content(reader, document);
  return document;
}

policy::Document read_document(JsonReader& reader) {
  policy::Document document;
  std::int64_t revision = 0;
  reader.required("id", document.id);
  reader.required("revision", revision);
  document.revision = static_cast<std::uint64_t>(revision);
  read_content(reader, document);
  return document;
}

void write(JsonWriter& writer, const policy::Document& document) {
  writer.begin_object();
  writer.member("id", document.id);
  writer.member("revision", document.revision);
  write_owner_members(writer, document.owner);
  writer.member("title", document.title);
  writer.member("doc_number", document.doc_number);
  writer.member("index_no", document.index_no);
  writer.member("kind", document.kind);
  writer.member("issuer", document.issuer);
  writer.member("level", document.level);
  writer.member("region", document.region);
  writer.member("topics", document.topics);
  writer.member("themes", document.themes);
  writer.member("made_on", document.made_on);
  writer.member("published", document.published);
  writer.member("valid_from", document.valid_from);
  writer.member("valid_to", document.valid_to);
  writer.member("supersedes", document.supersedes);
  writer.member("repealed_on", document.repealed_on);
  writer.member("disclosure", document.disclosure);
  writer.member("source", document.source);
  writer.end_object();
}

}  // namespace zhida::contracts
