#include "effect/funnel/funnel_json.hpp"

#include <numeric>

namespace zhida::effect_service {
namespace {

using delivery::EngagementType;

template <class Enum, class Counts>
void write_counts(json::Writer& writer, std::string_view name, const Counts& counts) {
  writer.key(name).begin_object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] != 0) writer.field(domain::name_of(static_cast<Enum>(i)), counts[i]);
  writer.end_object();
}

void write_traffic(json::Writer& writer, std::string_view name, const effect::Traffic& traffic) {
  writer.key(name).begin_object();
  writer.field("total", traffic.total).field("unique", traffic.unique).field("machine", traffic.machine);
  writer.end_object();
}

void write_ratio(json::Writer& writer, std::string_view name, std::optional<double> ratio) {
  if (ratio)
    writer.field(name, *ratio);
  else
    writer.null_field(name);
}

}  // namespace

std::int64_t yuan_of(std::int64_t fen) { return fen >= 0 ? fen / 100 : -((-fen + 99) / 100); }

void write_states(json::Writer& writer, const effect::Funnel& campaign) {
  write_counts<delivery::State>(writer, "by_state", campaign.by_state);
  write_counts<delivery::Reason>(writer, "by_reason", campaign.by_reason);
}

void write_benefit(json::Writer& writer, const effect::BenefitSums& sums) {
  writer.begin_object();
  writer.field("estimated", yuan_of(sums.estimated)).field("conditional", yuan_of(sums.conditional));
  writer.field("confirmed", yuan_of(sums.confirmed)).field("paid", yuan_of(sums.paid)).field("unknown", sums.unknown);
  writer.field("confirmed_fen", sums.confirmed).field("paid_fen", sums.paid);
  writer.end_object();
}

void write_funnel(json::Writer& writer, const IntentCounts& intents, const effect::Funnel& funnel, Reach reach) {
  if (intents.audience)
    writer.field("audience", *intents.audience);
  else
    writer.null_field("audience");
  writer.field("decided", intents.campaign.decided);
  write_states(writer, intents.campaign);
  writer.field("delivered", funnel.delivered).field("reached", funnel.reached).field("reach_base", reach.base);
  std::optional<double> share;
  if (reach.base > 0) share = static_cast<double>(reach.reached) / static_cast<double>(reach.base);
  write_ratio(writer, "reach", share);
  write_traffic(writer, "impressions", funnel.impressions);
  write_traffic(writer, "clicks", funnel.clicks);
  writer.field("clicked_and_shown", funnel.clicked_and_shown);
  write_ratio(writer, "ctr", funnel.ctr());
  writer.field("conversions", funnel.conversions);
  writer.key("benefit");
  write_benefit(writer, funnel.benefit);
  write_counts<EngagementType>(writer, "enterprises_by_engagement", funnel.enterprises_by_engagement);
}

void write_folded_to(json::Writer& writer, const stores::FoldedTo& folded_to) {
  writer.key("folded_to").begin_object();
  for (const auto& [topic, offsets] : folded_to) writer.field(topic, std::accumulate(offsets.begin(), offsets.end(), log::Offset{0}));
  writer.end_object();
  writer.key("positions").begin_object();
  for (const auto& [topic, offsets] : folded_to) {
    writer.key(topic).begin_array();
    for (const log::Offset offset : offsets) writer.value(offset);
    writer.end_array();
  }
  writer.end_object();
}

void write_invariants(json::Writer& writer, const std::vector<std::string>& broken) {
  if (broken.empty()) {
    writer.field("invariants", "hold");
    return;
  }
  writer.key("invariants").begin_array();
  for (const std::string& sentence : broken) writer.value(sentence);
  writer.end_array();
}

}  // namespace zhida::effect_service
