#include "domain/campaign/campaign.hpp"

#include "domain/policy/identifier.hpp"

#include <algorithm>

namespace zhida::campaign {

domain::Instant end_of(const Plan& plan) {
  if (const auto* day = std::get_if<domain::Date>(&plan.valid_until)) return domain::start_of(*day + std::chrono::days(1));
  return std::get<domain::Instant>(plan.valid_until);
}

domain::FieldErrors validate(const Plan& plan, domain::Instant now) {
  domain::FieldErrors errors;
  const auto add = [&](std::string pointer, std::string code, std::string detail, std::string detail_zh) {
    errors.push_back({std::move(pointer), std::move(code), std::move(detail), std::move(detail_zh)});
  };
  const auto check_text = [&](const std::string& text, bool may_be_empty, std::size_t longest, const std::string& pointer) {
    if (text.empty() && !may_be_empty) add(pointer, "length", "must not be empty.", "不能为空。");
    if (text.size() > longest)
      add(pointer, "length", "must not be longer than " + std::to_string(longest) + " bytes.",
          "长度不能超过 " + std::to_string(longest) + " 字节。");
  };
  check_text(plan.title, false, 600, "/title");
  if (plan.content) {
    check_text(plan.content->title, true, 600, "/content/title");
    check_text(plan.content->body, true, 20'000, "/content/body");
  }
  if (!policy::is_identifier(plan.package)) add("/package", "id", "is no id of a package.", "不是礼包编号。");

  if (plan.channels.empty()) add("/channels", "length", "must not be empty.", "不能为空。");
  for (std::size_t i = 0; i < plan.channels.size(); ++i) {
    const std::string pointer = "/channels/" + std::to_string(i);
    if (plan.channels[i] != "page")
      add(pointer, "unknown", "there is no such channel; there is page.", "没有这个渠道，可用的渠道为 page。");
    if (std::find(plan.channels.begin(), plan.channels.begin() + static_cast<std::ptrdiff_t>(i), plan.channels[i]) !=
        plan.channels.begin() + static_cast<std::ptrdiff_t>(i))
      add(pointer, "twice", "is named twice.", "重复。");
  }
  if (plan.schedule.trigger != Trigger::once)
    add("/schedule/trigger", "unsupported", "only once is offered.", "目前只支持一次性投放（once）。");
  const domain::Instant end = end_of(plan);
  if (end <= now) add("/valid_until", "past", "is over already.", "有效期已过。");
  if (plan.schedule.at && *plan.schedule.at >= end)
    add("/schedule/at", "order", "must lie before the end of valid_until.", "开始时间应早于有效期结束。");
  validate(plan.audience, "/audience", errors);
  return errors;
}

}  // namespace zhida::campaign
