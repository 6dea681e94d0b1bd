#include "effect/exports/intent_rows.hpp"

#include "domain/delivery/intent_id.hpp"
#include "effect/csv.hpp"
#include "platform/json/writer.hpp"

#include <optional>

namespace zhida::effect_service {
namespace {

using delivery::EngagementType;

std::string time_or_empty(std::optional<domain::Instant> at) { return at ? domain::format_instant(*at) : std::string(); }

void time_field(json::Writer& writer, std::string_view name, std::optional<domain::Instant> at) {
  if (at)
    writer.field(name, domain::format_instant(*at));
  else
    writer.null_field(name);
}

void append_items(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact) {
  json::Writer writer(out);
  writer.begin_array();
  const auto& items = block.header().items;
  for (std::size_t i = 0; i < items.size() && i < fact.items.size(); ++i) {
    const delivery::ItemDecision& decided = fact.items[i];
    writer.begin_object();
    writer.field("id", items[i].id).field("version", items[i].version).field("rule_hash", items[i].rule_hash);
    writer.field("verdict", domain::name_of(decided.verdict)).field("window", domain::name_of(decided.window));
    if (decided.benefit)
      writer.field("benefit", *decided.benefit);
    else
      writer.null_field("benefit");
    writer.end_object();
  }
  writer.end_array();
}

/// What the row says of one intent, gathered once for both forms.
struct Row {
  std::string id;
  delivery::Status status;
  delivery::Engaged shown, clicked;

  Row(const contracts::IntentsHeader& header, const enterprise::Uscc& uscc, const delivery::IntentRecord& intent)
      : id(delivery::format({header.key(), uscc.text()})),
        status(intent.status()),
        shown(intent.engagement(EngagementType::impression)),
        clicked(intent.engagement(EngagementType::click)) {}
};

}  // namespace

std::string IntentRows::evidence_of(const contracts::IntentsDecided& block, const contracts::DecidedFact& fact) const {
  if (reader_.shows_everything()) return block.values_json(fact.index);
  return block.values_json(fact.index, [this](std::string_view attribute) { return reader_.shows(attribute); });
}

void IntentRows::add_json(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact,
                          const delivery::IntentRecord& intent) const {
  const contracts::IntentsHeader& header = block.header();
  const Row row(header, fact.uscc, intent);
  json::Writer writer(out);
  writer.begin_object();
  writer.field("uscc", fact.uscc.text()).field("intent", row.id);
  writer.field("campaign", delivery::format_campaign(header.campaign)).field("occurrence", header.occurrence);
  writer.field("channel", header.channel).field("state", domain::name_of(row.status.state));
  if (row.status.reason == delivery::Reason::none)
    writer.null_field("reason");
  else
    writer.field("reason", domain::name_of(row.status.reason));
  time_field(writer, "decided_at", header.decided_at);
  time_field(writer, "delivered_at", intent.delivered_at);
  writer.field("clicked", row.clicked.people != 0).field("clicks", row.clicked.people).field("impressions", row.shown.people);
  time_field(writer, "first_impression_at", row.shown.first);
  time_field(writer, "first_clicked_at", row.clicked.first);
  writer.key("facets").begin_object();
  writer.field("size_class", fact.facets.size_class).field("section", fact.facets.section).field("street", fact.facets.street);
  writer.field("park", fact.facets.park).field("building", fact.facets.building).field("legal_form", fact.facets.legal_form);
  writer.end_object();
  std::string items;
  append_items(items, block, fact);
  writer.raw_field("items", items).field("profile_position", header.profile_position);
  writer.raw_field("evidence", evidence_of(block, fact));
  writer.end_object();
  out += '\n';
}

void IntentRows::add_csv(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact,
                         const delivery::IntentRecord& intent) const {
  const contracts::IntentsHeader& header = block.header();
  const Row row(header, fact.uscc, intent);
  CsvWriter csv(out);
  csv.raw(fact.uscc.text()).raw(row.id).raw(domain::name_of(row.status.state));
  csv.raw(row.status.reason == delivery::Reason::none ? std::string_view() : domain::name_of(row.status.reason));
  csv.raw(domain::format_instant(header.decided_at)).raw(time_or_empty(intent.delivered_at));
  csv.raw(row.clicked.people != 0 ? "true" : "false").raw(std::to_string(row.clicked.people)).raw(std::to_string(row.shown.people));
  csv.raw(time_or_empty(row.shown.first)).raw(time_or_empty(row.clicked.first));
  csv.text(fact.facets.size_class).text(fact.facets.section).text(fact.facets.street);
  csv.text(fact.facets.park).text(fact.facets.building).text(fact.facets.legal_form);
  std::string items;
  append_items(items, block, fact);
  csv.text(items).text(evidence_of(block, fact)).end_row();
}

void IntentRows::add_head(std::string& out) const {
  if (!csv_) return;
  CsvWriter csv(out);
  for (const char* name :
       {"uscc", "intent", "state", "reason", "decided_at", "delivered_at", "clicked", "clicks", "impressions", "first_impression_at",
        "first_clicked_at", "size_class", "section", "street", "park", "building", "legal_form", "items", "evidence"})
    csv.raw(name);
  csv.end_row();
}

void IntentRows::add(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact,
                     const delivery::IntentRecord& intent) const {
  if (csv_)
    add_csv(out, block, fact, intent);
  else
    add_json(out, block, fact, intent);
}

}  // namespace zhida::effect_service
