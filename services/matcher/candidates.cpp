#include "matcher/candidates.hpp"

#include "contracts/intents/decided_rules.hpp"
#include "contracts/json.hpp"
#include "matching/date.hpp"

#include <algorithm>

namespace zhida::matcher {
namespace {

static_assert(domain::EnumNames<policy::Verdict>::names == domain::EnumNames<delivery::Verdict>::names);
static_assert(domain::EnumNames<policy::WindowState>::names == domain::EnumNames<delivery::Window>::names);

delivery::ItemDecision recorded(const policy::ItemDecision& item) {
  delivery::ItemDecision decision;
  decision.verdict = static_cast<delivery::Verdict>(item.verdict);
  decision.window = static_cast<delivery::Window>(item.window);
  if (item.benefit && *item.benefit >= 0 && *item.benefit <= contracts::most_benefit) decision.benefit = item.benefit;
  return decision;
}

void write_value(contracts::JsonWriter& out, const cel::Value& value) {
  switch (value.kind()) {
    case cel::Kind::boolean:
      return out.value(value.as_boolean());
    case cel::Kind::integer:
      return out.value(value.as_integer());
    case cel::Kind::real:
      return out.value(value.as_real());
    case cel::Kind::string:
      return out.value(value.as_string());
    case cel::Kind::timestamp:
      return out.value(matching::day_of(value));
    case cel::Kind::list:
      out.begin_array();
      for (const cel::Value& element : value.as_list()) write_value(out, element);
      return out.end_array();
    default:
      return out.null();
  }
}

std::string_view text_at(std::span<const cel::Value> slots, std::optional<std::uint32_t> slot) {
  if (!slot || slots[*slot].kind() != cel::Kind::string) return {};
  return slots[*slot].as_string();
}

std::optional<std::uint32_t> slot_of(const matching::Dictionary& dictionary, std::string_view name) {
  const matching::Attribute* attribute = dictionary.find(name);
  if (attribute == nullptr) return std::nullopt;
  return attribute->slot;
}

}  // namespace

Evidence::Evidence(const matching::Dictionary& dictionary, const enterprise::IndustryTree& industries)
    : industries_(industries),
      size_class_(slot_of(dictionary, "size_class")),
      industry_(slot_of(dictionary, "industry")),
      street_(slot_of(dictionary, "region_street")),
      park_(slot_of(dictionary, "park")),
      building_(slot_of(dictionary, "building")),
      legal_form_(slot_of(dictionary, "org_form")) {
  for (std::uint32_t slot = 0; slot < dictionary.size(); ++slot) contracts::JsonWriter(keys_.emplace_back()).key(dictionary[slot].name);
}

std::vector<std::uint32_t> Evidence::slots_with(std::span<const std::uint32_t> read) const {
  std::vector<std::uint32_t> all(read.begin(), read.end());
  for (const auto& slot : {size_class_, industry_, street_, park_, building_, legal_form_})
    if (slot) all.push_back(*slot);
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

contracts::Facets Evidence::facets(std::span<const cel::Value> slots) const {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  contracts::Facets facets;
  facets.size_class = text_at(slots, size_class_);
  facets.street = text_at(slots, street_);
  facets.park = text_at(slots, park_);
  facets.building = text_at(slots, building_);
  facets.legal_form = text_at(slots, legal_form_);
  if (const std::string_view industry = text_at(slots, industry_); !industry.empty())
    if (const auto section = industries_.section_of(industry)) facets.section = letters.substr(letters.find(*section), 1);
  return facets;
}

void Evidence::append_values(std::string& out, std::span<const cel::Value> slots, std::span<const std::uint32_t> read) const {
  contracts::JsonWriter json(out);
  json.begin_object();
  for (const std::uint32_t slot : read) {
    if (!slots[slot].is_known()) continue;
    json.raw(keys_[slot]);
    write_value(json, slots[slot]);
  }
  json.end_object();
}

void Candidates::add(const enterprise::Uscc& uscc, std::span<const policy::ItemDecision> items, const contracts::Facets& facets) {
  usccs_.push_back(uscc);
  facets_.push_back(facets);
  for (const policy::ItemDecision& item : items) decisions_.push_back(recorded(item));
  values_begin_.push_back(values_.size());
}

std::span<const delivery::ItemDecision> Candidates::items(std::size_t index) const {
  const std::size_t items = decisions_.size() / usccs_.size();
  return std::span(decisions_).subspan(index * items, items);
}

void Candidates::write(std::size_t index, delivery::State state, delivery::Reason reason, contracts::IntentsWriter& block) const {
  const std::size_t begin = values_begin_[index];
  const std::size_t end = index + 1 < values_begin_.size() ? values_begin_[index + 1] : values_.size();
  block.add(usccs_[index], state, reason, facets_[index], items(index), std::string_view(values_).substr(begin, end - begin));
}

void Candidates::clear() {
  usccs_.clear();
  facets_.clear();
  decisions_.clear();
  values_begin_.clear();
  values_.clear();
}

}  // namespace zhida::matcher
