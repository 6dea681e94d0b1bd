#pragma once

#include "contracts/commands/command.hpp"
#include "contracts/json.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/policy/document.hpp"
#include "domain/policy/item.hpp"
#include "domain/policy/package.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace zhida::contracts {

// What became of a command: one of these, each the entity's new state or the part of it that changed. Type and schema of each are
// `zhida.<words>.v1` and schemas/events/<words with _>.v1.json.

struct DocumentPut {
  static constexpr std::string_view type = "zhida.document.put.v1";
  policy::Document document;
  friend bool operator==(const DocumentPut&, const DocumentPut&) = default;
};
/// The item has a new draft, in place of one it may have had.
struct ItemDrafted {
  static constexpr std::string_view type = "zhida.item.drafted.v1";
  policy::Owner owner;
  policy::ItemVersion draft;
  friend bool operator==(const ItemDrafted&, const ItemDrafted&) = default;
};
/// The draft is published as this version; an item that was withdrawn is back.
struct ItemPublished {
  static constexpr std::string_view type = "zhida.item.published.v1";
  policy::ItemVersion version;
  friend bool operator==(const ItemPublished&, const ItemPublished&) = default;
};
struct ItemWithdrawn {
  static constexpr std::string_view type = "zhida.item.withdrawn.v1";
  friend bool operator==(const ItemWithdrawn&, const ItemWithdrawn&) = default;
};
struct PackagePut {
  static constexpr std::string_view type = "zhida.package.put.v1";
  policy::Package package;
  friend bool operator==(const PackagePut&, const PackagePut&) = default;
};
struct CampaignChanged {
  static constexpr std::string_view type = "zhida.campaign.changed.v1";
  campaign::Campaign campaign;
  friend bool operator==(const CampaignChanged&, const CampaignChanged&) = default;
};
/// Nothing changed. `problem` is the problem+json of the answer, `current` the entity's state or empty.
struct CommandRefused {
  static constexpr std::string_view type = "zhida.command.refused.v1";
  std::string problem;
  std::string current;
  friend bool operator==(const CommandRefused&, const CommandRefused&) = default;
};
/// The same command was recorded before; its outcome stands at `first_offset` of `catalog`. Only in logs of earlier versions: now a
/// command has one outcome, however often it is recorded.
struct CommandRepeated {
  static constexpr std::string_view type = "zhida.command.repeated.v1";
  std::uint64_t first_offset = 0;
  friend bool operator==(const CommandRepeated&, const CommandRepeated&) = default;
};

/// The outcome of one command. Topic `catalog`, key kind/id.
struct CatalogEvent {
  using Outcome =
      std::variant<DocumentPut, ItemDrafted, ItemPublished, ItemWithdrawn, PackagePut, CampaignChanged, CommandRefused, CommandRepeated>;

  std::string command;
  std::uint64_t command_offset = 0;
  CommandKind kind = CommandKind::document_put;
  std::string entity;  ///< id
  std::uint64_t revision =
      0;           ///< of the entity after this event; counts only if it is the current one + 1. Refused or repeated: the current one
  std::string by;  ///< id of the key; empty = the system
  Instant at{};
  Outcome outcome;

  std::string key() const { return std::string(domain::name_of(entity_kind_of(kind))) + "/" + entity; }

  friend bool operator==(const CatalogEvent&, const CatalogEvent&) = default;
};

std::string_view type_of(const CatalogEvent& event);
std::string to_json(const CatalogEvent& event);

/// `type`: the record's `ce_type`.
Checked<CatalogEvent> catalog_event_from_json(std::string_view type, std::string_view json);

/// The item after an event about it: what a fold of `catalog` keeps. Other outcomes leave it alone.
void apply(policy::Item& item, const CatalogEvent& event);

}  // namespace zhida::contracts
