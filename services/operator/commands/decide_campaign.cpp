// What becomes of the commands about campaigns.

#include "contracts/catalog/campaign_json.hpp"
#include "domain/campaign/region_limit.hpp"
#include "operator/commands/campaign_facts.hpp"
#include "operator/commands/decision.hpp"
#include "operator/problem.hpp"

#include <utility>

namespace zhida::operators {
namespace {

using contracts::CatalogEvent;
using contracts::CommandKind;

contracts::CampaignBody read_plan(const Situation& situation) {
  auto body = contracts::read_json<contracts::CampaignBody>(
      situation.command.body, [](contracts::JsonReader& reader) { return contracts::read_campaign_body(reader); });
  if (body.has_error()) throw Refused{problem_of(body.error())};
  return std::move(body).value();
}

/// What is wrong with a plan beside its form: the package, the rules.
void check_plan(const Situation& situation, const campaign::Plan& plan, domain::FieldErrors& errors) {
  const auto package = situation.catalog.package(plan.package);
  if (!package || !situation.visible(package->owner))
    errors.push_back({"/package", "unknown", "there is no such package.", "没有这个政策礼包。"});
  for (const std::string& rule : campaign::rules_of(plan.audience)) {
    const matching::CompiledRule compiled = matching::Rule::compile(situation.rules.reference.language, rule);
    for (auto& error : errors_of(compiled.diagnostics, "/audience/rule")) errors.push_back(std::move(error));
  }
}

std::string member_of(const Situation& situation, std::string_view name) {
  std::string text;
  if (situation.command.body.empty()) return text;
  auto read = contracts::read_json<bool>(situation.command.body, [&](contracts::JsonReader& reader) {
    reader.optional(name, text);
    return true;
  });
  if (read.has_error()) throw Refused{problem_of(read.error())};
  return text;
}

campaign::Command command_of(const Situation& situation) {
  switch (situation.command.kind) {
    case CommandKind::campaign_submit:
      return campaign::Submit{};
    case CommandKind::campaign_approve: {
      std::string hash = member_of(situation, "content_hash");
      if (hash.empty())
        throw Refused{
            problem_of({{"/content_hash", "required", "name the content hash of what you have read.", "须指明所审阅内容的哈希。"}})};
      return campaign::Approve{std::move(hash)};
    }
    case CommandKind::campaign_reject:
      return campaign::Reject{member_of(situation, "reason")};
    case CommandKind::campaign_launch:
      return campaign::Launch{};
    case CommandKind::campaign_pause:
      return campaign::Pause{};
    case CommandKind::campaign_resume:
      return campaign::Resume{};
    case CommandKind::campaign_cancel:
      return campaign::Cancel{member_of(situation, "reason")};
    case CommandKind::campaign_start:
      return campaign::Start{};
    case CommandKind::campaign_expire:
      return campaign::Expire{};
    case CommandKind::campaign_complete:
      return campaign::Complete{};
    case CommandKind::campaign_fail:
      return campaign::Fail{member_of(situation, "reason")};
    case CommandKind::campaign_refresh:
      return campaign::ContentChanged{member_of(situation, "reason")};
    default:
      return campaign::Edit{read_plan(situation).plan};
  }
}

Refused refused(const campaign::Refusal& refusal) {
  http::Problem problem;
  switch (refusal.kind) {
    case campaign::Refusal::Kind::conflict:
      problem = http::problems::conflict(refusal.detail, refusal.detail_zh, domain::name_of(refusal.state));
      break;
    case campaign::Refusal::Kind::forbidden:
      problem = http::problems::forbidden(refusal.detail, refusal.detail_zh);
      break;
    case campaign::Refusal::Kind::invalid:
      problem = http::problems::invalid(http::problems::errors_from(refusal.errors), refusal.detail, refusal.detail_zh);
      break;
  }
  return Refused{std::move(problem)};
}

/// A key that is limited to a region writes and runs campaigns of that region only.
void require_in_region(const Situation& situation, const campaign::Campaign& campaign) {
  const std::string& region = situation.command.region;
  if (region.empty() || campaign::is_limited_to(campaign.plan.audience, region)) return;
  throw Refused{http::problems::forbidden("this key is limited to region " + region + ", and the campaign is not.",
                                          "该密钥仅限于区域 " + region + "，而该投放活动不限于此区域。")};
}

campaign::Audience in_region(const Situation& situation, campaign::Audience audience) {
  if (situation.command.region.empty()) return audience;
  return campaign::limited_to(std::move(audience), situation.command.region);
}

/// `current` after the command. What it throws does not name the current state yet.
campaign::Campaign changed(const Situation& situation, const campaign::Campaign& current) {
  require_in_region(situation, current);
  require_revision(situation, current.revision, "");
  campaign::Command command = command_of(situation);
  auto* const edit = std::get_if<campaign::Edit>(&command);
  if (edit != nullptr) {
    domain::FieldErrors errors = campaign::validate(edit->plan, situation.now);
    check_plan(situation, edit->plan, errors);
    require_none(errors);
    edit->plan.audience = in_region(situation, std::move(edit->plan.audience));
  }
  const campaign::Facts facts = edit != nullptr ? campaign_facts(edit->plan, situation.catalog, situation.rules, situation.now)
                                                : campaign_facts(current, situation.catalog, situation.rules, situation.now);
  auto decided = campaign::decide(current, command, situation.command.key_id, situation.now, facts);
  if (decided.has_error()) throw refused(decided.error());
  campaign::Campaign campaign = std::move(*decided);
  campaign.revision = current.revision + 1;
  return campaign;
}

}  // namespace

CatalogEvent::Outcome create_campaign(const Situation& situation) {
  contracts::CampaignBody body = read_plan(situation);
  domain::FieldErrors errors = campaign::validate(body.plan, situation.now);
  check_plan(situation, body.plan, errors);
  policy::Owner owner = situation.owner_or_default(std::move(body.owner), errors);
  require_none(errors);
  body.plan.audience = in_region(situation, std::move(body.plan.audience));
  const campaign::Facts facts = campaign_facts(body.plan, situation.catalog, situation.rules, situation.now);
  campaign::Campaign campaign = campaign::draft(std::move(body.plan), situation.command.key_id, facts);
  campaign.id = "c" + std::to_string(situation.catalog.next_campaign());
  campaign.revision = 1;
  campaign.owner = std::move(owner);
  return contracts::CampaignChanged{std::move(campaign)};
}

CatalogEvent::Outcome change_campaign(const Situation& situation) {
  const auto current = situation.catalog.campaign(situation.command.entity);
  if (!current || !situation.visible(current->owner)) throw Refused{http::problems::not_found()};
  try {
    return contracts::CampaignChanged{changed(situation, *current)};
  } catch (Refused& refused) {
    refused.current = entity_json(*current);  // only now: its list may be long
    throw;
  }
}

}  // namespace zhida::operators
