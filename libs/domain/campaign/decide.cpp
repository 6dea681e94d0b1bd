#include "domain/campaign/decide.hpp"

#include <algorithm>
#include <initializer_list>

namespace zhida::campaign {
namespace {

using Decision = boost::system::result<Campaign, Refusal>;
using domain::Instant;

constexpr std::array<std::string_view, 13> command_names{"edit",   "submit", "approve", "reject",   "launch", "pause",          "resume",
                                                         "cancel", "start",  "expire",  "complete", "fail",   "content_changed"};
constexpr std::array<std::string_view, 11> state_names_zh{"草稿",   "审核中", "已批准", "已排期", "投放中", "已暂停",
                                                          "已完成", "已驳回", "已取消", "已过期", "失败"};

void add_author(Campaign& campaign, std::string_view actor) {
  if (std::find(campaign.authors.begin(), campaign.authors.end(), actor) == campaign.authors.end()) campaign.authors.emplace_back(actor);
}

void adopt(Campaign& campaign, const Facts& facts) {
  campaign.package = facts.package;
  campaign.content_hash = facts.content_hash;
}

void back_to_draft(Campaign& campaign, std::optional<std::string> reason) {
  campaign.state = State::draft;
  campaign.approved_by.reset();
  campaign.approved_at.reset();
  campaign.reason = std::move(reason);
}

/// Decides one command; each overload is one row of the table of states.
struct Decider {
  const Campaign& campaign;
  const Command& command;
  std::string_view actor;
  Instant now;
  const Facts& facts;

  bool in(std::initializer_list<State> states) const { return std::find(states.begin(), states.end(), campaign.state) != states.end(); }

  Refusal refuse(Refusal::Kind kind, std::string code, std::string detail, std::string detail_zh) const {
    return {kind, std::move(code), std::move(detail), std::move(detail_zh), campaign.state, {}};
  }

  Refusal wrong_state() const {
    return refuse(
        Refusal::Kind::conflict, "state",
        "a campaign that is " + std::string(domain::name_of(campaign.state)) + " does not take " + std::string(name_of(command)) + ".",
        "投放活动当前状态为“" + std::string(state_names_zh[static_cast<std::size_t>(campaign.state)]) + "”，不能执行此操作。");
  }

  std::optional<Refusal> over() const {
    if (now < end_of(campaign.plan)) return std::nullopt;
    return refuse(Refusal::Kind::conflict, "over", "valid_until has passed.", "有效期已过。");
  }

  std::optional<Refusal> not_pushable() const {
    auto errors = unpushable(facts, campaign.plan.audience);
    if (errors.empty()) return std::nullopt;
    Refusal refusal =
        refuse(Refusal::Kind::invalid, "not_pushable", "the package has contents that must not be pushed.", "礼包中有不能推送的内容。");
    refusal.errors = std::move(errors);
    return refusal;
  }

  Refusal stale() const {
    return refuse(Refusal::Kind::conflict, "stale_content",
                  "the content is not what was read or approved: its hash is now " + facts.content_hash + ".",
                  "内容已变化，与所审阅的不一致，当前内容哈希为 " + facts.content_hash + "。");
  }

  Campaign moved_to(State state) const {
    Campaign next = campaign;
    next.state = state;
    if (state == State::running && !next.started_at) next.started_at = now;
    if (is_terminal(state)) next.ended_at = now;
    return next;
  }
  Campaign moved_to(State state, const std::string& reason) const {
    Campaign next = moved_to(state);
    if (!reason.empty()) next.reason = reason;
    return next;
  }

  Decision operator()(const Edit& edit) const {
    if (!in({State::draft, State::in_review, State::approved, State::scheduled})) return wrong_state();
    Campaign next = campaign;
    next.plan = edit.plan;
    back_to_draft(next, std::nullopt);
    adopt(next, facts);
    add_author(next, actor);
    return next;
  }

  Decision operator()(const Submit&) const {
    if (!in({State::draft})) return wrong_state();
    if (auto refusal = over()) return *refusal;
    if (auto refusal = not_pushable()) return *refusal;
    Campaign next = moved_to(State::in_review);
    next.reason.reset();
    adopt(next, facts);
    add_author(next, actor);
    return next;
  }

  Decision operator()(const Approve& approve) const {
    if (!in({State::in_review})) return wrong_state();
    if (std::find(campaign.authors.begin(), campaign.authors.end(), actor) != campaign.authors.end())
      return refuse(Refusal::Kind::forbidden, "four_eyes", "who created, edited or submitted a campaign cannot approve it.",
                    "创建、修改或提交投放活动的人不能审批该活动。");
    if (auto refusal = over()) return *refusal;
    if (approve.content_hash != campaign.content_hash || facts.content_hash != campaign.content_hash) return stale();
    if (auto refusal = not_pushable()) return *refusal;
    Campaign next = moved_to(campaign.plan.schedule.at ? State::scheduled : State::approved);
    next.approved_by = std::string(actor);
    next.approved_at = now;
    return next;
  }

  Decision operator()(const Reject& reject) const {
    if (!in({State::in_review})) return wrong_state();
    return moved_to(State::rejected, reject.reason);
  }

  Decision operator()(const Launch&) const {
    if (!in({State::approved})) return wrong_state();
    return begin();
  }

  Decision operator()(const Start&) const {
    if (!in({State::scheduled})) return wrong_state();
    if (now < *campaign.plan.schedule.at)
      return refuse(Refusal::Kind::conflict, "too_early", "the time of its start has not come.", "未到开始时间。");
    return begin();
  }

  Decision begin() const {
    if (auto refusal = over()) return *refusal;
    if (facts.content_hash != campaign.content_hash) return stale();
    if (auto refusal = not_pushable()) return *refusal;
    return moved_to(State::running);
  }

  Decision operator()(const Pause&) const {
    if (!in({State::running})) return wrong_state();
    return moved_to(State::paused);
  }

  Decision operator()(const Resume&) const {
    if (!in({State::paused})) return wrong_state();
    if (auto refusal = over()) return *refusal;
    return moved_to(State::running);
  }

  Decision operator()(const Cancel& cancel) const {
    if (is_terminal(campaign.state)) return wrong_state();
    return moved_to(State::cancelled, cancel.reason);
  }

  Decision operator()(const Expire&) const {
    if (is_terminal(campaign.state)) return wrong_state();
    if (!over()) return refuse(Refusal::Kind::conflict, "too_early", "valid_until has not passed.", "有效期未过。");
    return moved_to(State::expired);
  }

  Decision operator()(const Complete&) const {
    if (!in({State::running})) return wrong_state();
    return moved_to(State::completed);
  }

  Decision operator()(const Fail& fail) const {
    if (!in({State::scheduled, State::running, State::paused})) return wrong_state();
    return moved_to(State::failed, fail.reason);
  }

  Decision operator()(const ContentChanged& changed) const {
    if (!in({State::draft, State::in_review, State::approved, State::scheduled})) return wrong_state();
    Campaign next = campaign;
    if (campaign.state != State::draft) back_to_draft(next, changed.reason);
    adopt(next, facts);
    return next;
  }
};

}  // namespace

std::string_view name_of(const Command& command) { return command_names[command.index()]; }

boost::system::result<Campaign, Refusal> decide(const Campaign& campaign, const Command& command, std::string_view actor, Instant now,
                                                const Facts& facts) {
  return std::visit(Decider{campaign, command, actor, now, facts}, command);
}

Campaign draft(Plan plan, std::string_view author, const Facts& facts) {
  Campaign campaign;
  campaign.plan = std::move(plan);
  adopt(campaign, facts);
  add_author(campaign, author);
  return campaign;
}

domain::FieldErrors unpushable(const Facts& facts, const Audience& audience) {
  domain::FieldErrors errors;
  for (const ItemStanding& item : facts.items) {
    std::string why, why_zh;
    if (item.state == policy::ItemState::draft)
      why = "is a draft", why_zh = "尚未发布";
    else if (item.state == policy::ItemState::withdrawn)
      why = "is withdrawn", why_zh = "已撤回";
    else if (item.mode == policy::Mode::for_comment && facts.package.kind != policy::PackageKind::consultation)
      why = "is a draft for comment, which only a consultation may carry", why_zh = "为征求意见稿，只能用于意见征集";
    else if (item.window == policy::WindowState::closed)
      why = "is closed", why_zh = "申报已截止";
    else if (!item.disclosed)
      why = "belongs to a document that is not disclosed proactively", why_zh = "所属文件未主动公开";
    if (!why.empty())
      errors.push_back({"/package", "not_pushable", "item " + item.id + " " + why + ".", "事项 " + item.id + " " + why_zh + "。"});
  }
  for (const DocumentStanding& document : facts.documents)
    if (!document.disclosed)
      errors.push_back({"/package", "not_pushable", "document " + document.id + " is not disclosed proactively.",
                        "文件 " + document.id + " 未主动公开。"});
  if (facts.items.empty() && needs_items(audience))
    errors.push_back({"/audience", "no_items",
                      "eligible_for asks who is entitled to the package's items, and it has none: use a rule or a list.",
                      "eligible_for 按礼包内事项的享受条件确定对象，而该礼包没有事项：请改用规则或名单。"});
  return errors;
}

std::string failure_of(const Refusal& refusal) {
  std::string reason = "could not be started: " + refusal.detail;
  for (const domain::FieldError& error : refusal.errors) reason += " " + error.detail;
  return reason;
}

std::optional<Command> due(const Campaign& campaign, Instant now) {
  if (is_terminal(campaign.state)) return std::nullopt;
  if (now >= end_of(campaign.plan)) return Command(Expire{});
  if (campaign.state == State::scheduled && now >= *campaign.plan.schedule.at) return Command(Start{});
  return std::nullopt;
}

std::optional<Instant> next_due(const Campaign& campaign) {
  if (is_terminal(campaign.state)) return std::nullopt;
  const Instant end = end_of(campaign.plan);
  if (campaign.state != State::scheduled) return end;
  return std::min(end, *campaign.plan.schedule.at);
}

}  // namespace zhida::campaign
