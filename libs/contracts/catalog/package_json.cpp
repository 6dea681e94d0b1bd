#include "contracts/catalog/package_json.hpp"

#include "contracts/catalog/document_json.hpp"

namespace zhida::contracts {
namespace {

void read_content(JsonReader& reader, policy::Package& package) {
  read_owner(reader, package.owner);
  reader.required("title", package.title);
  reader.optional("kind", package.kind);
  reader.optional("target", package.target);
  const auto contents = reader.elements("contents");
  for (std::size_t i = 0; i < contents.size(); ++i) {
    JsonReader element(*contents[i], reader.errors(), reader.child("contents", i));
    policy::PackageContent content;
    element.only({"type", "id"});
    element.required("type", content.type);
    element.required("id", content.id);
    package.contents.push_back(std::move(content));
  }
}

}  // namespace

policy::Package read_package_body(JsonReader& reader) {
  reader.only({"id", "revision", "bureau", "co_bureaus", "title", "kind", "contents", "items", "target"});
  policy::Package package;
  read_content(reader, package);
  std::vector<std::string> items;
  reader.optional("items", items);
  if (reader.find("contents") == nullptr)
    for (std::string& id : items) package.contents.push_back({policy::ContentType::item, std::move(id)});
  return package;
}

policy::Package read_package(JsonReader& reader) {
  policy::Package package;
  std::int64_t revision = 0;
  reader.required("id", package.id);
  reader.required("revision", revision);
  package.revision = static_cast<std::uint64_t>(revision);
  read_content(reader, package);
  return package;
}

void write(JsonWriter& writer, const policy::Package& package) {
  writer.begin_object();
  writer.member("id", package.id);
  writer.member("revision", package.revision);
  write_owner_members(writer, package.owner);
  writer.member("title", package.title);
  writer.member("kind", package.kind);
  writer.key("contents");
  writer.begin_array();
  for (const auto& content : package.contents) {
    writer.begin_object();
    writer.member("type", content.type);
    writer.member("id", content.id);
    writer.end_object();
  }
  writer.end_array();
  writer.member("items", package.items());
  writer.member("target", package.target);
  writer.end_object();
}

}  // namespace zhida::contracts
