#include "effect/metrics/metrics_table.hpp"

#include "domain/effect/small_cells.hpp"

#include <algorithm>
#include <set>

namespace zhida::effect_service {
namespace {

using delivery::Hour;
using effect::Measure;

std::vector<std::string> groups_of(const CampaignFacets::Item& item, Dimension by) {
  if (by == Dimension::level) return {item.level};
  return item.topics;
}

/// Numbers of enterprises behind some cells; one that has a number has at least one.
std::vector<std::int64_t> enterprises_of(const std::vector<MetricsCell*>& cells) {
  std::vector<std::int64_t> enterprises;
  for (const MetricsCell* cell : cells) enterprises.push_back(cell->sum != 0 ? std::max<std::int64_t>(cell->enterprises, 1) : 0);
  return enterprises;
}

void hide(const std::vector<MetricsCell*>& cells) {
  // Other tables show the sum of these cells.
  const std::vector<bool> hidden = effect::hidden_cells(enterprises_of(cells), effect::operator_minimum, true);
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i]->hidden = cells[i]->hidden || hidden[i];
}

}  // namespace

std::optional<double> MetricsCell::ratio() const {
  if (hidden || divided_by == 0) return std::nullopt;
  return static_cast<double>(sum) / static_cast<double>(divided_by);
}

void MetricsTable::add(const CampaignFacets& campaign, const effect::Counters::Entry& entry) {
  const Measure measure = entry.key.measure;
  if (measure != query_.measure.sum && measure != query_.measure.divided_by && measure != query_.measure.enterprises) return;
  switch (query_.by) {
    case Dimension::campaign:
      if (entry.key.item == 0) add_to(campaign.id, entry);
      break;
    case Dimension::bureau:
      if (entry.key.item == 0) add_to(campaign.bureau, entry);
      break;
    case Dimension::channel:
      if (entry.key.item == 0) add_to(campaign.channel, entry);
      break;
    case Dimension::size_class:
      if (entry.key.item == 0) add_to(std::string(domain::name_of(entry.key.size)), entry);
      break;
    case Dimension::street:
      if (entry.key.item == 0) add_to(entry.key.street == 0 ? "unknown" : std::to_string(entry.key.street), entry);
      break;
    case Dimension::item:
      add_by_item(campaign, entry);
      break;
    case Dimension::topic:
    case Dimension::level:
      add_by_policy(campaign, entry);
      break;
  }
}

void MetricsTable::add_by_item(const CampaignFacets& campaign, const effect::Counters::Entry& entry) {
  const bool of_items = query_.measure.of_items && entry.key.measure != Measure::reach_base && entry.key.measure != Measure::enterprises;
  if (of_items) {
    const auto item = campaign.items.find(entry.key.item);
    if (item != campaign.items.end()) add_to(item->second.id, entry);
  } else if (entry.key.item == 0) {
    for (const auto& [_, item] : campaign.items) add_to(item.id, entry);
  }
}

void MetricsTable::add_by_policy(const CampaignFacets& campaign, const effect::Counters::Entry& entry) {
  std::map<std::string, std::size_t> groups;  // how many of the campaign's items are in it
  for (const auto& [_, item] : campaign.items)
    for (const std::string& group : groups_of(item, query_.by)) ++groups[group];
  if (entry.key.item == 0) {
    for (const auto& [group, items] : groups)
      if (!query_.measure.adds_up || items == campaign.items.size()) add_to(group, entry);
    return;
  }
  const auto item = campaign.items.find(entry.key.item);
  if (!query_.measure.adds_up || item == campaign.items.end()) return;
  for (const std::string& group : groups_of(item->second, query_.by))
    if (groups[group] != campaign.items.size()) add_to(group, entry);
}

void MetricsTable::add_to(const std::string& key, const effect::Counters::Entry& entry) {
  MetricsCell& cell = rows_[key][query_.step ? begin_of(entry.key.hour, *query_.step) : 0];
  if (entry.key.measure == query_.measure.sum) cell.sum += entry.value;
  if (entry.key.measure == query_.measure.divided_by) cell.divided_by += entry.value;
  if (entry.key.measure == query_.measure.enterprises) cell.enterprises += entry.value;
}

void MetricsTable::hide_small() {
  std::map<Hour, std::vector<MetricsCell*>> columns;
  for (auto& [_, row] : rows_)
    for (auto& [hour, cell] : row) columns[hour].push_back(&cell);
  for (const auto& [_, column] : columns) hide(column);
  if (!query_.step) return;
  for (auto& [_, row] : rows_) {
    std::vector<MetricsCell*> cells;
    for (auto& [hour, cell] : row) cells.push_back(&cell);
    hide(cells);
  }
}

std::vector<Hour> MetricsTable::steps() const {
  if (!query_.step) return {0};
  std::set<Hour> begins;
  for (const auto& [_, row] : rows_)
    for (const auto& [hour, cell] : row) begins.insert(hour);
  if (begins.empty()) return {};
  return steps_between(*begins.begin(), *begins.rbegin(), *query_.step);
}

}  // namespace zhida::effect_service
