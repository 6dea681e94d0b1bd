#pragma once

#include "contracts/json.hpp"
#include "domain/enum_names.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::contracts {

enum class CommandKind : std::uint8_t {
  document_put,
  item_put,
  item_publish,
  item_withdraw,
  package_put,
  campaign_create,
  campaign_edit,
  campaign_submit,
  campaign_approve,
  campaign_reject,
  campaign_launch,
  campaign_pause,
  campaign_resume,
  campaign_cancel,
  campaign_start,     ///< by the system: its time has come
  campaign_expire,    ///< by the system
  campaign_complete,  ///< by the system
  campaign_fail,      ///< by the system
  campaign_refresh,   ///< by the system: the package or an item of it has changed
};

/// The kind of entity a command or an event is about; with the id it is the key of the record: `item/SJ-HNTE-2024-NEW`.
enum class EntityKind : std::uint8_t { document, item, package, campaign };

EntityKind entity_kind_of(CommandKind kind);

/// Whether only the system may ask for it.
bool is_system(CommandKind kind);

/// Somebody asked for a change. Topic `commands`, key kind/id. Schema: schemas/events/command_requested.v1.json
struct CommandRequested {
  static constexpr std::string_view type = "zhida.command.requested.v1";

  std::string command;  ///< id: hash of key id and Idempotency-Key, or of something random
  CommandKind kind = CommandKind::document_put;
  std::string entity;                          ///< id; empty for `campaign_create`: its owner gives it one
  std::string key_id;                          ///< of who asks; empty = the system
  std::string role, bureau;                    ///< of that key
  std::string region;                          ///< district or street it is limited to; empty = none
  std::optional<std::string> idempotency_key;  ///< hash of it; nothing = none was given
  std::string body_hash;                       ///< SHA-256, hex, of the body as sent
  std::string body;                            ///< JSON; empty = none
  std::optional<std::uint64_t> if_match;       ///< revision that the change is based on
  bool of_any_revision = false;                ///< the asker says that the revision does not matter: `if_match` is `*` on the wire
  Instant at{};

  std::string key() const;  ///< of its record: kind/id

  friend bool operator==(const CommandRequested&, const CommandRequested&) = default;
};

std::string to_json(const CommandRequested& event);
Checked<CommandRequested> command_requested_from_json(std::string_view json);
/// The same of a record of topic `commands`, which may be of another type, or of a version that is not known yet.
Checked<CommandRequested> command_requested_from_json(std::string_view type, std::string_view json);

}  // namespace zhida::contracts

template <>
struct zhida::domain::EnumNames<zhida::contracts::EntityKind> {
  static constexpr std::array<std::string_view, 4> names{"document", "item", "package", "campaign"};
};
template <>
struct zhida::domain::EnumNames<zhida::contracts::CommandKind> {
  static constexpr std::array<std::string_view, 19> names{"document.put",      "item.put",        "item.publish",    "item.withdraw",
                                                          "package.put",       "campaign.create", "campaign.edit",   "campaign.submit",
                                                          "campaign.approve",  "campaign.reject", "campaign.launch", "campaign.pause",
                                                          "campaign.resume",   "campaign.cancel", "campaign.start",  "campaign.expire",
                                                          "campaign.complete", "campaign.fail",   "campaign.refresh"};
};
