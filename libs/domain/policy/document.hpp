#pragma once

#include "domain/date_time.hpp"
#include "domain/enum_names.hpp"
#include "domain/policy/owner.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zhida::policy {

enum class DocumentKind : std::uint8_t { normative, other };
enum class Level : std::uint8_t { national, city, district, town, park };
enum class Disclosure : std::uint8_t { proactive, on_request, withheld };

/// A policy document 政策文件 without its text: identity, issuer, validity.
struct Document {
  std::string id;
  std::uint64_t revision = 0;  ///< of the entity, from 1
  Owner owner;
  std::string title;
  std::optional<std::string> doc_number;  ///< 文号
  std::optional<std::string> index_no;    ///< 索引号
  DocumentKind kind = DocumentKind::other;
  std::optional<std::string> issuer;
  Level level = Level::district;
  std::optional<std::string> region;  ///< GB/T 2260 six digits or a street's nine; nothing for national and for the whole city
  std::vector<std::string> topics, themes;
  std::optional<domain::Date> made_on, published;
  std::optional<domain::Date> valid_from, valid_to;  ///< both days included; no `valid_to` = open end
  std::vector<std::string> supersedes;               ///< ids of documents this one replaces, older than the catalogue perhaps
  std::optional<domain::Date> repealed_on;           ///< first day on which it is no longer in force
  Disclosure disclosure = Disclosure::proactive;     ///< only `proactive` is ever pushed or shown on the page
  std::optional<std::string> source;                 ///< URL of the published text

  friend bool operator==(const Document&, const Document&) = default;
};

/// Whether it may be pushed or shown to enterprises at all.
inline bool is_public(const Document& document) { return document.disclosure == Disclosure::proactive; }

}  // namespace zhida::policy

template <>
struct zhida::domain::EnumNames<zhida::policy::DocumentKind> {
  static constexpr std::array<std::string_view, 2> names{"normative", "other"};
};
template <>
struct zhida::domain::EnumNames<zhida::policy::Level> {
  static constexpr std::array<std::string_view, 5> names{"national", "city", "district", "town", "park"};
};
template <>
struct zhida::domain::EnumNames<zhida::policy::Disclosure> {
  static constexpr std::array<std::string_view, 3> names{"proactive", "on_request", "withheld"};
};
