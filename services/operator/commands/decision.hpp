#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/commands/command.hpp"
#include "contracts/json.hpp"
#include "domain/policy/validate.hpp"
#include "operator/commands/decide_command.hpp"
#include "platform/http/problem.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace zhida::operators {

/// A command is refused with this problem; `current` is the entity's state as JSON, empty if it does not exist for the asker.
struct Refused {
  http::Problem problem;
  std::string current{};
};

/// Everything a decision about one command looks at.
struct Situation {
  const contracts::CommandRequested& command;
  std::uint64_t offset;
  const stores::CatalogStore& catalog;
  const CommandRules& rules;
  domain::Instant now;

  bool by_system() const { return command.key_id.empty(); }
  /// The entity exists for whoever asks.
  bool visible(const policy::Owner& owner) const;
  /// The owner as the body says, the asker's bureau by default; adds errors for bureaux that do not exist.
  policy::Owner owner_or_default(policy::Owner stated, domain::FieldErrors& errors) const;
};

// Each returns the entity's change or throws `Refused`.
contracts::CatalogEvent::Outcome put_document(const Situation& situation);
contracts::CatalogEvent::Outcome put_item(const Situation& situation);
contracts::CatalogEvent::Outcome publish_item(const Situation& situation);
contracts::CatalogEvent::Outcome withdraw_item(const Situation& situation);
contracts::CatalogEvent::Outcome put_package(const Situation& situation);
contracts::CatalogEvent::Outcome create_campaign(const Situation& situation);
contracts::CatalogEvent::Outcome change_campaign(const Situation& situation);

/// Throws `Refused` with 412 if the command is based on another revision than `revision`.
void require_revision(const Situation& situation, std::uint64_t revision, const std::string& current);

/// For a PUT, which creates what is not there and replaces what is: as `require_revision`, and 428 if something is there (`revision` is
/// not 0) and the command does not say what it is based on.
void require_put(const Situation& situation, std::uint64_t revision, const std::string& current);

/// Throws `Refused` with every error, if there is one.
void require_none(const domain::FieldErrors& errors, std::string current = {});

/// SHA-256 in lower-case hex.
std::string sha256_hex(std::string_view text);

// The entity as events and answers show it.
std::string entity_json(const policy::Document& document);
std::string entity_json(const policy::Item& item);
std::string entity_json(const policy::Package& package);
std::string entity_json(const campaign::Campaign& campaign);

}  // namespace zhida::operators
