#include "operator/commands/decide_command.hpp"

#include "contracts/catalog/campaign_json.hpp"
#include "contracts/catalog/document_json.hpp"
#include "contracts/catalog/item_json.hpp"
#include "contracts/catalog/package_json.hpp"
#include "operator/access.hpp"
#include "operator/commands/decision.hpp"
#include "operator/problem.hpp"
#include "platform/auth/digest.hpp"
#include "platform/auth/encoding.hpp"

#include <algorithm>

namespace zhida::operators {
namespace {

using contracts::CatalogEvent;
using contracts::CommandKind;

CatalogEvent::Outcome outcome_of(const Situation& situation) {
  switch (situation.command.kind) {
    case CommandKind::document_put:
      return put_document(situation);
    case CommandKind::item_put:
      return put_item(situation);
    case CommandKind::item_publish:
      return publish_item(situation);
    case CommandKind::item_withdraw:
      return withdraw_item(situation);
    case CommandKind::package_put:
      return put_package(situation);
    case CommandKind::campaign_create:
      return create_campaign(situation);
    case CommandKind::campaign_edit:
    case CommandKind::campaign_submit:
    case CommandKind::campaign_approve:
    case CommandKind::campaign_reject:
    case CommandKind::campaign_launch:
    case CommandKind::campaign_pause:
    case CommandKind::campaign_resume:
    case CommandKind::campaign_cancel:
    case CommandKind::campaign_start:
    case CommandKind::campaign_expire:
    case CommandKind::campaign_complete:
    case CommandKind::campaign_fail:
    case CommandKind::campaign_refresh:
      return change_campaign(situation);
  }
  throw Refused{http::problems::bad_request("unknown command", "未知的操作")};
}

template <class Entity>
std::string json_of(const Entity& entity) {
  std::string text;
  contracts::JsonWriter writer(text);
  contracts::write(writer, entity);
  return text;
}

std::uint64_t current_revision(const stores::CatalogStore& catalog, CommandKind kind, const std::string& id) {
  const auto revision = [](const auto& entity) { return entity ? entity->revision : 0; };
  switch (contracts::entity_kind_of(kind)) {
    case contracts::EntityKind::document:
      return revision(catalog.document(id));
    case contracts::EntityKind::item:
      return revision(catalog.item(id));
    case contracts::EntityKind::package:
      return revision(catalog.package(id));
    case contracts::EntityKind::campaign:
      return revision(catalog.campaign(id));
  }
  return 0;
}

}  // namespace

CatalogEvent decide_command(const contracts::CommandRequested& command, std::uint64_t offset, const stores::CatalogStore& catalog,
                            const CommandRules& rules, domain::Instant now) {
  // The system asks once, when it has seen the time come: an owner whose clock is behind must not refuse that for ever.
  if (command.key_id.empty()) now = std::max(now, command.at);
  CatalogEvent event;
  event.command = command.command;
  event.command_offset = offset;
  event.kind = command.kind;
  event.entity = command.kind == CommandKind::campaign_create ? "c" + std::to_string(catalog.next_campaign()) : command.entity;
  event.by = command.key_id;
  event.at = now;
  event.revision = current_revision(catalog, command.kind, event.entity);
  try {
    event.outcome = outcome_of(Situation{command, offset, catalog, rules, now});
    ++event.revision;
  } catch (const Refused& refused) {
    event.outcome = contracts::CommandRefused{refused.problem.json(), refused.current};
  }
  return event;
}

bool Situation::visible(const policy::Owner& owner) const { return by_system() || may_see(command.bureau, owner); }

policy::Owner Situation::owner_or_default(policy::Owner stated, domain::FieldErrors& errors) const {
  if (stated.bureau.empty()) stated.bureau = command.bureau;
  policy::validate_owner(
      stated, [this](std::string_view code) { return rules.reference.bureaus.contains(code); }, errors);
  if (!visible(stated))
    errors.push_back({"/bureau", "foreign", "you may not own entities for this bureau.", "不能以该责任单位的名义建立。"});
  return stated;
}

void require_revision(const Situation& situation, std::uint64_t revision, const std::string& current) {
  const auto& if_match = situation.command.if_match;
  if (if_match && *if_match != revision)
    throw Refused{http::problems::precondition_failed("\"" + std::to_string(revision) + "\""), current};
}

void require_put(const Situation& situation, std::uint64_t revision, const std::string& current) {
  const contracts::CommandRequested& command = situation.command;
  if (revision != 0 && !command.if_match && !command.of_any_revision) throw Refused{http::problems::precondition_required(), current};
  if (revision == 0 && command.of_any_revision) throw Refused{http::problems::precondition_failed(), current};
  require_revision(situation, revision, current);
}

void require_none(const domain::FieldErrors& errors, std::string current) {
  if (!errors.empty()) throw Refused{problem_of(errors), std::move(current)};
}

std::string entity_json(const policy::Document& document) { return json_of(document); }
std::string entity_json(const policy::Item& item) { return json_of(item); }
std::string entity_json(const policy::Package& package) { return json_of(package); }
std::string entity_json(const campaign::Campaign& campaign) { return json_of(campaign); }

std::string sha256_hex(std::string_view text) { return auth::hex(auth::bytes_of(auth::sha256(text))); }

}  // namespace zhida::operators
