#include "contracts/catalog/campaign_json.hpp"

#include "contracts/canonical_json.hpp"
#include "contracts/catalog/audience_json.hpp"
#include "contracts/catalog/document_json.hpp"
#include "contracts/catalog/item_json.hpp"

#include <stdexcept>

namespace zhida::contracts {
namespace {

using campaign::Campaign;
using campaign::PinnedPackage;
using campaign::Plan;

/// Calls `read` with a reader for the member `name` if it is there and not null.
template <class Read>
void object(JsonReader& reader, std::string_view name, Read read) {
  const Json* value = reader.find(name);
  if (value == nullptr || value->IsNull()) return;
  JsonReader inner(*value, reader.errors(), reader.child(name));
  read(inner);
}

void read_plan(JsonReader& reader, Plan& plan) {
  reader.required("title", plan.title);
  object(reader, "content", [&](JsonReader& inner) {
    campaign::Message message;
    inner.only({"title", "body"});
    inner.optional("title", message.title);
    inner.optional("body", message.body);
    plan.content = std::move(message);
  });
  if (const Json* value = reader.find("audience"))
    plan.audience = read_audience(*value, reader.child("audience"), reader.errors());
  else if (reader.is_object())
    reader.report("audience", "required", "is required.", "必填。");
  reader.required("channels", plan.channels);
  reader.optional("lane", plan.lane);
  object(reader, "schedule", [&](JsonReader& inner) {
    inner.only({"at", "trigger"});
    inner.optional("at", plan.schedule.at);
    inner.optional("trigger", plan.schedule.trigger);
  });
  if (auto end = read_moment(reader, "valid_until", true)) plan.valid_until = *end;
}

PinnedPackage read_pinned(JsonReader& reader) {
  PinnedPackage package;
  reader.required("id", package.id);
  reader.required("title", package.title);
  reader.required("kind", package.kind);
  reader.required("target", package.target);
  const auto contents = reader.elements("contents");
  for (std::size_t i = 0; i < contents.size(); ++i) {
    JsonReader element(*contents[i], reader.errors(), reader.child("contents", i));
    campaign::PinnedContent content;
    element.required("type", content.type);
    element.required("id", content.id);
    element.optional("version", content.version);
    element.optional("rule_hash", content.rule_hash);
    package.contents.push_back(std::move(content));
  }
  return package;
}

void write_plan_members(JsonWriter& writer, const Plan& plan) {
  writer.member("title", plan.title);
  writer.key("content");
  if (plan.content) {
    writer.begin_object();
    writer.member("title", plan.content->title);
    writer.member("body", plan.content->body);
    writer.end_object();
  } else {
    writer.null();
  }
  writer.key("audience");
  write(writer, plan.audience);
  writer.member("channels", plan.channels);
  writer.member("lane", plan.lane);
  writer.key("schedule");
  writer.begin_object();
  writer.member("at", plan.schedule.at);
  writer.member("trigger", plan.schedule.trigger);
  writer.end_object();
  writer.key("valid_until");
  write(writer, plan.valid_until);
}

void write_pinned(JsonWriter& writer, const PinnedPackage& package) {
  writer.begin_object();
  writer.member("id", package.id);
  writer.member("title", package.title);
  writer.member("kind", package.kind);
  writer.member("target", package.target);
  writer.key("contents");
  writer.begin_array();
  for (const auto& content : package.contents) {
    writer.begin_object();
    writer.member("type", content.type);
    writer.member("id", content.id);
    if (content.type == policy::ContentType::item) {
      writer.member("version", content.version);
      writer.member("rule_hash", content.rule_hash);
    }
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
}

}  // namespace

CampaignBody read_campaign_body(JsonReader& reader) {
  reader.only({"id",         "revision", "state",    "content_hash", "pinned",   "authors",    "approved_by", "approved_at",
               "started_at", "ended_at", "reason",   "progress",     "bureau",   "co_bureaus", "title",       "content",
               "package",    "audience", "channels", "lane",         "schedule", "valid_until"});
  CampaignBody body;
  read_owner(reader, body.owner);
  reader.required("package", body.plan.package);
  read_plan(reader, body.plan);
  return body;
}

Campaign read_campaign(JsonReader& reader) {
  Campaign campaign;
  std::int64_t revision = 0;
  reader.required("id", campaign.id);
  reader.required("revision", revision);
  campaign.revision = static_cast<std::uint64_t>(revision);
  read_owner(reader, campaign.owner);
  reader.required("state", campaign.state);
  reader.required("content_hash", campaign.content_hash);
  reader.required("package", campaign.plan.package);
  read_plan(reader, campaign.plan);
  if (const Json* pinned = reader.object("pinned")) {
    JsonReader inner(*pinned, reader.errors(), reader.child("pinned"));
    campaign.package = read_pinned(inner);
  }
  reader.required("authors", campaign.authors);
  reader.optional("approved_by", campaign.approved_by);
  reader.optional("approved_at", campaign.approved_at);
  reader.optional("started_at", campaign.started_at);
  reader.optional("ended_at", campaign.ended_at);
  reader.optional("reason", campaign.reason);
  return campaign;
}

void write_members(JsonWriter& writer, const Campaign& campaign) {
  writer.member("id", campaign.id);
  writer.member("revision", campaign.revision);
  write_owner_members(writer, campaign.owner);
  writer.member("state", campaign.state);
  writer.member("content_hash", campaign.content_hash);
  writer.member("package", campaign.plan.package);
  write_plan_members(writer, campaign.plan);
  writer.key("pinned");
  write_pinned(writer, campaign.package);
  writer.member("authors", campaign.authors);
  writer.member("approved_by", campaign.approved_by);
  writer.member("approved_at", campaign.approved_at);
  writer.member("started_at", campaign.started_at);
  writer.member("ended_at", campaign.ended_at);
  writer.member("reason", campaign.reason);
}

void write(JsonWriter& writer, const Campaign& campaign) {
  writer.begin_object();
  write_members(writer, campaign);
  writer.end_object();
}

std::string campaign_content_json(const Plan& plan, const PinnedPackage& package) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  write_plan_members(writer, plan);
  writer.key("package");
  write_pinned(writer, package);
  writer.end_object();
  JsonText json;
  const Json* value = json.parse(text);
  if (value == nullptr) throw std::logic_error("a campaign was written as JSON that does not parse: " + json.error().detail);
  return canonical_json(*value);
}

}  // namespace zhida::contracts
