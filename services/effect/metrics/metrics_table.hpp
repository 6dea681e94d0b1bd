#pragma once

#include "domain/effect/counters.hpp"
#include "effect/metrics/known_measures.hpp"
#include "effect/metrics/time_cut.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::effect_service {

enum class Dimension : std::uint8_t { campaign, item, bureau, topic, level, channel, size_class, street };

/// What is asked of the counters.
struct MetricsQuery {
  KnownMeasure measure;
  Dimension by = Dimension::campaign;
  TimeRange range;
  std::optional<Step> step;

  bool cuts_facets() const { return by == Dimension::size_class || by == Dimension::street; }
  /// Whether totals will not do.
  bool needs_cells() const { return step.has_value() || range.bounded || cuts_facets(); }
};

/// A campaign as metrics cut it.
struct CampaignFacets {
  std::string id;
  std::string bureau;
  std::string channel;
  struct Item {
    std::string id;
    std::vector<std::string> topics;  ///< `none` for an item without document
    std::string level;                ///< the same
  };
  std::map<std::uint64_t, Item> items;  ///< by delivery::hash_of its id
};

/// One number of the table.
struct MetricsCell {
  std::int64_t sum = 0;
  std::int64_t divided_by = 0;
  std::int64_t enterprises = 0;
  bool hidden = false;

  /// Nothing if it is hidden, or a ratio of nothing.
  std::optional<double> ratio() const;
};

/// Sums by key of the dimension and, with a step, by beginning of steps; without one everything stands at hour 0.
///
/// A campaign counts whole under each of its topics and levels, and so does an enterprise that it reached; only what belongs to single
/// items (conversions and benefits) is taken from those items when not all of the campaign's are in the group. By item, what is not kept
/// for items is the campaign's, because an intent carries all of its items.
class MetricsTable {
 public:
  explicit MetricsTable(MetricsQuery query) : query_(std::move(query)) {}

  void add(const CampaignFacets& campaign, const effect::Counters::Entry& entry);

  /// Hides what fewer than five enterprises are behind, and what would give these away: for cuts by size and street.
  void hide_small();

  using Row = std::map<delivery::Hour, MetricsCell>;
  const std::map<std::string, Row>& rows() const { return rows_; }
  const MetricsQuery& query() const { return query_; }
  /// The beginnings of all steps from the first to the last that has a number. Throws `http::Refused` if they are too many.
  std::vector<delivery::Hour> steps() const;

 private:
  void add_to(const std::string& key, const effect::Counters::Entry& entry);
  void add_by_item(const CampaignFacets& campaign, const effect::Counters::Entry& entry);
  void add_by_policy(const CampaignFacets& campaign, const effect::Counters::Entry& entry);

  MetricsQuery query_;
  std::map<std::string, Row> rows_;
};

}  // namespace zhida::effect_service

template <>
struct zhida::domain::EnumNames<zhida::effect_service::Dimension> {
  static constexpr std::array<std::string_view, 8> names{"campaign", "item", "bureau", "topic", "level", "channel", "size_class", "street"};
};
template <>
struct zhida::domain::EnumNames<zhida::effect_service::Unit> {
  static constexpr std::array<std::string_view, 3> names{"count", "yuan", "ratio"};
};
