#include "page/engagements/engagement_report.hpp"

#include "domain/page/machine_traffic.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace zhida::page {
namespace {

using contracts::EngagementRecorded;
using contracts::JsonReader;
using delivery::EngagementType;

constexpr std::chrono::days most_past{7};
constexpr std::chrono::minutes most_ahead{5};
constexpr std::size_t longest_id = 128;
constexpr std::size_t longest_reason = 500;
constexpr std::size_t longest_surface = 64;

void check_length(JsonReader& reader, std::string_view name, const std::string& text, std::size_t longest) {
  if (text.size() > longest)
    reader.report(name, "length", "must not be longer than " + std::to_string(longest) + " bytes.",
                  "长度不能超过" + std::to_string(longest) + "字节。");
}

void report_unknown_intent(JsonReader& reader) { reader.report("intent", "unknown", "there is no such intent.", "没有这个投放意图。"); }

/// An enterprise of which nothing else may be known.
bool is_listed(const campaign::Campaign& campaign, const enterprise::Uscc& uscc) {
  const auto listed = campaign::listed_in(campaign.plan.audience);
  return listed && std::ranges::binary_search(*listed, uscc);
}

/// Sets whose intent it is; the campaign, or null after reporting.
std::shared_ptr<const campaign::Campaign> read_intent(JsonReader& reader, EngagementRecorded& event, const stores::CatalogStore& catalog,
                                                      const stores::ProfileStore& profiles, const stores::RegionScope& scope) {
  std::string text;
  const std::size_t errors = reader.errors().size();
  reader.required("intent", text);
  if (reader.errors().size() != errors) return nullptr;
  const auto id = delivery::parse_intent_id(text);
  const auto uscc = id ? enterprise::Uscc::parse(id->uscc) : std::nullopt;
  const auto campaign = id ? catalog.campaign(delivery::format_campaign(id->key.campaign)) : nullptr;
  // A campaign that never ran has no intents, nor has a one-off any occurrence but its first.
  const bool may_exist = uscc && campaign && campaign->started_at && id->key.channel == "page" && id->key.occurrence == "1";
  if (!may_exist || !scope.covers(*uscc) || !(profiles.find(*uscc) || is_listed(*campaign, *uscc))) {
    report_unknown_intent(reader);
    return nullptr;
  }
  event.campaign = id->key.campaign;
  event.occurrence = id->key.occurrence;
  event.channel = id->key.channel;
  event.uscc = *uscc;
  return campaign;
}

void read_item(JsonReader& reader, EngagementRecorded& event, const campaign::Campaign& campaign) {
  reader.optional("item", event.item);
  if (!event.item) return;
  std::uint16_t part = 0;
  for (const campaign::PinnedContent& content : campaign.package.contents) {
    if (content.type != policy::ContentType::item) continue;
    ++part;
    if (content.id == *event.item) event.part = part;
  }
  if (event.part == 0) reader.report("item", "unknown", "is no item of this campaign.", "不是本次投放的事项。");
}

void read_type(JsonReader& reader, EngagementRecorded& event) {
  const std::size_t errors = reader.errors().size();
  reader.required("type", event.type);
  if (reader.errors().size() != errors) return;
  if (event.type == EngagementType::click)
    reader.report("type", "enum", "clicks are recorded by their links alone.", "点击只由链接本身记录。");
  reader.optional("score", event.score);
  if (event.score && (*event.score < 1 || *event.score > 5)) reader.report("score", "range", "must be 1 to 5.", "应为1至5。");
  if (event.type == EngagementType::rated && !event.score) reader.report("score", "required", "a rating needs it.", "评分时必填。");
  if (event.type != EngagementType::rated && event.score) reader.report("score", "unexpected", "only a rating has one.", "仅评分可填。");
}

void read_time(JsonReader& reader, EngagementRecorded& event, domain::Instant now) {
  const std::size_t errors = reader.errors().size();
  reader.required("at", event.at);
  if (reader.errors().size() != errors) return;
  if (event.at < now - most_past) reader.report("at", "too_old", "lies more than 7 days back.", "早于7天前。");
  if (event.at > now + most_ahead) reader.report("at", "future", "lies more than 5 minutes ahead.", "晚于当前时间5分钟以上。");
}

void label_machine(JsonReader& reader, EngagementRecorded& event) {
  std::optional<std::string> agent, purpose;
  reader.optional("user_agent", agent);
  reader.optional("purpose", purpose);
  if (!agent && !purpose) return;
  Visit visit;
  visit.user_agent = agent ? std::string_view(*agent) : "not said";
  visit.purpose = purpose ? std::string_view(*purpose) : std::string_view();
  visit.at = event.at;
  if (const auto label = machine_label(visit)) event.machine = contracts::MachineMark{std::string(label->reason), label->rule};
}

}  // namespace

domain::Checked<EngagementRecorded> read_report(const contracts::Json& json, std::string pointer, const stores::CatalogStore& catalog,
                                                const stores::ProfileStore& profiles, const stores::RegionScope& scope,
                                                domain::Instant now) {
  domain::FieldErrors errors;
  JsonReader reader(json, errors, std::move(pointer));
  EngagementRecorded event;
  if (reader.is_object()) {
    reader.only({"id", "intent", "item", "type", "at", "reason", "score", "surface", "user_agent", "purpose"});
    const std::size_t before = errors.size();
    reader.required("id", event.id);
    if (errors.size() == before && event.id.empty()) reader.report("id", "length", "must not be empty.", "不能为空。");
    check_length(reader, "id", event.id, longest_id);
    if (const auto campaign = read_intent(reader, event, catalog, profiles, scope)) read_item(reader, event, *campaign);
    read_type(reader, event);
    read_time(reader, event, now);
    reader.optional("reason", event.reason);
    check_length(reader, "reason", event.reason, longest_reason);
    reader.optional("surface", event.surface);
    check_length(reader, "surface", event.surface, longest_surface);
    label_machine(reader, event);
  }
  if (!errors.empty()) return {boost::system::in_place_error, std::move(errors)};
  return event;
}

}  // namespace zhida::page
