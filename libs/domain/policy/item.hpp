#pragma once

#include "domain/date_time.hpp"
#include "domain/enum_names.hpp"
#include "domain/policy/owner.hpp"
#include "matching/rule.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace zhida::policy {

/// A condition that an office answers 人工认定: name and label.
using ManualCondition = matching::ManualCondition;

/// How an enterprise comes to the benefit: 申报, 免申即享, 自行申报享受, 清单管理, 征求意见.
enum class Mode : std::uint8_t { apply, no_application, self_declaration, listed, for_comment };
enum class BenefitKind : std::uint8_t { grant, tax, fee, loan, qualification, service };
enum class LinkRelation : std::uint8_t { detail, apply, interpretation, consult };

/// One instalment of a benefit.
struct Instalment {
  int year = 0;
  std::int64_t amount = 0;  ///< yuan
  friend bool operator==(const Instalment&, const Instalment&) = default;
};

struct Benefit {
  std::optional<std::string> formula;  ///< CEL, yuan; nothing = no amount can be computed
  std::string text_zh;
  BenefitKind kind = BenefitKind::grant;
  std::optional<std::int64_t> cap;  ///< upper limit per enterprise, yuan; nothing = unknown or uncapped
  std::vector<Instalment> schedule;
  friend bool operator==(const Benefit&, const Benefit&) = default;
};

/// A day (both its ends included when it bounds a period) or an instant.
using Moment = std::variant<domain::Date, domain::Instant>;

/// Days of every month, 1–31, both included; a month that is shorter ends the span on its last day.
struct MonthlySpan {
  int first_day = 1;
  int last_day = 31;
  friend bool operator==(const MonthlySpan&, const MonthlySpan&) = default;
};

/// A period in which applications are taken. Without `from` or `to` it is open on that side; with `monthly` only those days count.
struct Window {
  std::optional<Moment> from, to;
  std::optional<MonthlySpan> monthly;
  friend bool operator==(const Window&, const Window&) = default;
};

struct Link {
  LinkRelation rel = LinkRelation::detail;
  std::string url;
  std::string label_zh;
  friend bool operator==(const Link&, const Link&) = default;
};

/// How to apply.
struct Guide {
  std::vector<std::string> materials, steps;
  std::optional<std::string> office, hours;
  friend bool operator==(const Guide&, const Guide&) = default;
};

/// What a version of an item says: the body of its PUT.
struct ItemContent {
  std::string title;
  std::optional<std::string> document;  ///< id
  std::string rule;                     ///< CEL
  std::vector<ManualCondition> manual;
  Mode mode = Mode::apply;
  std::optional<Benefit> benefit;
  std::optional<domain::Date> valid_from, valid_to;  ///< both days included; nothing = open on that side
  std::vector<Window> windows;
  std::optional<std::string> exclusive_group, version_group;
  std::vector<Link> links;
  std::optional<Guide> guide;
  friend bool operator==(const ItemContent&, const ItemContent&) = default;
};

/// A draft or a published version.
struct ItemVersion {
  int version = 1;  ///< from 1; a draft has the number it will be published under
  ItemContent content;
  std::string author;  ///< id of the key that wrote it; publishing needs another one
  domain::Instant written_at{};
  std::string rule_hash;  ///< SHA-256, hex, of rule and manual conditions
  std::optional<domain::Instant> published_at;
  std::optional<std::string> published_by;
  friend bool operator==(const ItemVersion&, const ItemVersion&) = default;
};

enum class ItemState : std::uint8_t { draft, published, withdrawn };

/// A policy item 政策事项: what is matched and pushed.
struct Item {
  std::string id;
  std::uint64_t revision = 0;  ///< of the entity, from 1
  Owner owner;
  std::optional<ItemVersion> draft;
  std::vector<ItemVersion> versions;  ///< published ones, oldest first
  std::optional<domain::Instant> withdrawn_at;

  /// `draft` until the first version is published; publishing after a withdrawal brings the item back.
  ItemState state() const { return withdrawn_at ? ItemState::withdrawn : versions.empty() ? ItemState::draft : ItemState::published; }
  const ItemVersion* latest() const { return versions.empty() ? nullptr : &versions.back(); }
  const ItemVersion* find(int version) const {
    for (const ItemVersion& each : versions)
      if (each.version == version) return &each;
    return nullptr;
  }
  /// The number of the next draft.
  int next_version() const { return versions.empty() ? 1 : versions.back().version + 1; }

  friend bool operator==(const Item&, const Item&) = default;
};

/// The text whose SHA-256 is the rule hash: equal for rules that decide alike in the same words.
std::string rule_hash_input(const ItemContent& content);

}  // namespace zhida::policy

template <>
struct zhida::domain::EnumNames<zhida::policy::Mode> {
  static constexpr std::array<std::string_view, 5> names{"apply", "no_application", "self_declaration", "listed", "for_comment"};
};
template <>
struct zhida::domain::EnumNames<zhida::policy::BenefitKind> {
  static constexpr std::array<std::string_view, 6> names{"grant", "tax", "fee", "loan", "qualification", "service"};
};
template <>
struct zhida::domain::EnumNames<zhida::policy::LinkRelation> {
  static constexpr std::array<std::string_view, 4> names{"detail", "apply", "interpretation", "consult"};
};
template <>
struct zhida::domain::EnumNames<zhida::policy::ItemState> {
  static constexpr std::array<std::string_view, 3> names{"draft", "published", "withdrawn"};
};
