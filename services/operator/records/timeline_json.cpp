#include "operator/records/timeline_json.hpp"

#include "contracts/json.hpp"

#include <algorithm>
#include <array>

namespace zhida::operators {
namespace {

void write_items(contracts::JsonWriter& writer, const contracts::IntentsDecided& block, const delivery::Decision& decision) {
  writer.key("items");
  writer.begin_array();
  const auto& items = block.header().items;
  for (std::size_t i = 0; i < items.size() && i < decision.items.size(); ++i) {
    writer.begin_object();
    writer.member("id", items[i].id);
    writer.member("version", items[i].version);
    writer.member("rule_hash", items[i].rule_hash);
    writer.member("verdict", decision.items[i].verdict);
    writer.member("window", decision.items[i].window);
    writer.member("benefit", decision.items[i].benefit);
    writer.end_object();
  }
  writer.end_array();
}

void write_engagements(contracts::JsonWriter& writer, const delivery::IntentRecord& intent) {
  writer.key("engagements");
  writer.begin_object();
  for (std::size_t i = 0; i < domain::EnumNames<delivery::EngagementType>::names.size(); ++i) {
    const auto type = static_cast<delivery::EngagementType>(i);
    const delivery::Engaged engaged = intent.engagement(type);
    if (engaged.people == 0 && engaged.machine == 0) continue;
    writer.key(domain::name_of(type));
    writer.begin_object();
    writer.member("count", engaged.people);
    writer.member("machine", engaged.machine);
    writer.member("first", engaged.first);
    writer.member("last", engaged.last);
    writer.end_object();
  }
  writer.end_object();
}

}  // namespace

std::string timeline_entry(const enterprise::Uscc& uscc, const delivery::IntentRecord& intent, const campaign::Campaign& campaign,
                           const contracts::IntentsDecided& evidence, const enterprise::Disclosure& reader) {
  const delivery::Decision& decision = *intent.decision;
  const delivery::Status status = intent.status();
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("intent", delivery::format({intent.key.view(), uscc.text()}));
  writer.member("campaign", campaign.id);
  writer.member("title", campaign.plan.title);
  writer.member("bureau", campaign.owner.bureau);
  writer.member("package", campaign.package.id);
  writer.member("channel", intent.key.channel);
  writer.member("state", status.state);
  writer.key("reason");
  if (status.reason == delivery::Reason::none)
    writer.null();
  else
    writer.value(status.reason);
  writer.member("decided_at", evidence.header().decided_at);
  writer.member("delivered_at", intent.delivered_at);
  writer.member("profile_position", evidence.header().profile_position);
  write_items(writer, evidence, decision);
  writer.key("evidence");
  const auto shows = [&reader](std::string_view attribute) { return reader.shows(attribute); };
  writer.raw(reader.shows_everything() ? evidence.values_json(0) : evidence.values_json(0, shows));
  write_engagements(writer, intent);
  writer.end_object();
  return text;
}

}  // namespace zhida::operators
