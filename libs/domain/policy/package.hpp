#pragma once

#include "domain/enum_names.hpp"
#include "domain/policy/document.hpp"
#include "domain/policy/item.hpp"
#include "domain/policy/links.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::policy {

enum class PackageKind : std::uint8_t { gift, reminder, entitlement, notice, consultation, invitation, theme };
enum class ContentType : std::uint8_t { item, document, interpretation };

struct PackageContent {
  ContentType type = ContentType::item;
  std::string id;
  friend bool operator==(const PackageContent&, const PackageContent&) = default;
};

/// A policy package 政策礼包: a bundle for an audience.
struct Package {
  std::string id;
  std::uint64_t revision = 0;  ///< of the entity, from 1
  Owner owner;
  std::string title;
  PackageKind kind = PackageKind::gift;
  std::vector<PackageContent> contents;
  std::optional<std::string> target;  ///< URL of the package's own link; nothing = `default_target`

  /// Ids of the contents that are items, in order.
  std::vector<std::string> items() const {
    std::vector<std::string> ids;
    for (const PackageContent& content : contents)
      if (content.type == ContentType::item) ids.push_back(content.id);
    return ids;
  }

  friend bool operator==(const Package&, const Package&) = default;
};

/// Where the link of a package without `target` goes: the first item's `detail` link, else its document's source if its host is
/// allowed, else `page_url`. Nullptr = no item, no document.
std::string_view default_target(const ItemContent* first_item, const Document* its_document, const LinkPolicy& links,
                                std::string_view page_url);

}  // namespace zhida::policy

template <>
struct zhida::domain::EnumNames<zhida::policy::PackageKind> {
  static constexpr std::array<std::string_view, 7> names{"gift",         "reminder",   "entitlement", "notice",
                                                         "consultation", "invitation", "theme"};
};
template <>
struct zhida::domain::EnumNames<zhida::policy::ContentType> {
  static constexpr std::array<std::string_view, 3> names{"item", "document", "interpretation"};
};
