#include "domain/policy/validate.hpp"

#include "domain/policy/identifier.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace zhida::policy {
namespace {

using domain::FieldErrors;

constexpr std::size_t longest_title = 600;    // bytes: 200 Chinese characters
constexpr std::size_t longest_text = 20'000;  // bytes
constexpr std::size_t most_elements = 200;
constexpr std::int64_t most_yuan = 1'000'000'000'000;

void add(FieldErrors& errors, std::string pointer, std::string code, std::string detail, std::string detail_zh) {
  errors.push_back({std::move(pointer), std::move(code), std::move(detail), std::move(detail_zh)});
}

void check_length(std::string_view text, bool may_be_empty, std::size_t longest, const std::string& pointer, FieldErrors& errors) {
  if (text.empty() && !may_be_empty) add(errors, pointer, "length", "must not be empty.", "不能为空。");
  if (text.size() > longest)
    add(errors, pointer, "length", "must not be longer than " + std::to_string(longest) + " bytes.",
        "长度不能超过 " + std::to_string(longest) + " 字节。");
}

void check_count(std::size_t count, const std::string& pointer, FieldErrors& errors) {
  if (count > most_elements)
    add(errors, pointer, "length", "must not have more than " + std::to_string(most_elements) + " elements.",
        "不能超过 " + std::to_string(most_elements) + " 项。");
}

void check_id(std::string_view id, const std::string& pointer, FieldErrors& errors) {
  if (!is_identifier(id))
    add(errors, pointer, "id", "must be 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first.",
        "应为1至64位字母、数字、点、下划线或连字符，且以字母或数字开头。");
}

void bad_order(FieldErrors& errors, std::string pointer) {
  add(errors, std::move(pointer), "order", "must not lie before its beginning.", "结束不能早于开始。");
}

void check_region(const Document& document, const enterprise::Regions& regions, FieldErrors& errors) {
  if (!document.region) return;
  const std::string& region = *document.region;
  const bool good = document.level == Level::national ? false
                    : document.level == Level::city   ? region == enterprise::shanghai
                    : document.level == Level::district
                        ? regions.is_district(region)
                        : regions.is_street(region) || (document.level == Level::park && regions.is_district(region));
  if (!good)
    add(errors, "/region", "region", "is no region of this level: six digits of a district, nine of a street or town, none for national.",
        "与层级不符：区为6位代码，街镇为9位代码，国家级不填。");
}

/// Where a window begins and ends, to compare: the first instant of a day, the last of one.
domain::Instant begin_of(const Moment& moment) {
  if (const auto* date = std::get_if<domain::Date>(&moment)) return domain::start_of(*date);
  return std::get<domain::Instant>(moment);
}
domain::Instant end_of(const Moment& moment) {
  if (const auto* date = std::get_if<domain::Date>(&moment)) return domain::start_of(*date + std::chrono::days(1));
  return std::get<domain::Instant>(moment);
}

void check_window(const Window& window, const std::string& pointer, FieldErrors& errors) {
  if (!window.from && !window.to && !window.monthly)
    add(errors, pointer, "required", "a window needs from, to or monthly.", "窗口需有开始、结束或每月日期。");
  if (window.from && window.to && end_of(*window.to) <= begin_of(*window.from)) bad_order(errors, pointer + "/to");
  if (!window.monthly) return;
  const auto [first, last] = *window.monthly;
  if (first < 1 || last > 31)
    add(errors, pointer + "/monthly", "range", "days of a month are 1 to 31.", "日期应在1至31之间。");
  else if (last < first)
    bad_order(errors, pointer + "/monthly/1");
}

void check_benefit(const Benefit& benefit, FieldErrors& errors) {
  check_length(benefit.text_zh, true, longest_text, "/benefit/text_zh", errors);
  const auto check_amount = [&](std::int64_t amount, std::string pointer) {
    if (amount < 0 || amount > most_yuan)
      add(errors, std::move(pointer), "range", "must lie between 0 and 10^12 yuan.", "金额应在0至1万亿元之间。");
  };
  if (benefit.cap) {
    check_amount(*benefit.cap, "/benefit/cap");
    if (*benefit.cap == 0) add(errors, "/benefit/cap", "range", "an unknown limit is null, never 0.", "上限不明时应为 null，不能为0。");
  }
  check_count(benefit.schedule.size(), "/benefit/schedule", errors);
  for (std::size_t i = 0; i < benefit.schedule.size(); ++i) {
    const std::string pointer = "/benefit/schedule/" + std::to_string(i);
    check_amount(benefit.schedule[i].amount, pointer + "/amount");
    if (benefit.schedule[i].year < 1990 || benefit.schedule[i].year > 2100)
      add(errors, pointer + "/year", "range", "must lie between 1990 and 2100.", "年份应在1990至2100之间。");
  }
}

}  // namespace

FieldErrors validate(const Document& document, const enterprise::Regions& regions) {
  FieldErrors errors;
  check_length(document.title, false, longest_title, "/title", errors);
  check_region(document, regions, errors);
  if (document.valid_from && document.valid_to && *document.valid_to < *document.valid_from) bad_order(errors, "/valid_to");
  if (document.made_on && document.published && *document.published < *document.made_on)
    add(errors, "/published", "order", "cannot be published before it is made.", "公布日期不能早于成文日期。");
  if (document.source) check_url(*document.source, "/source", errors);
  check_count(document.supersedes.size(), "/supersedes", errors);
  for (std::size_t i = 0; i < document.supersedes.size(); ++i) {
    const std::string pointer = "/supersedes/" + std::to_string(i);
    check_id(document.supersedes[i], pointer, errors);
    if (document.supersedes[i] == document.id) add(errors, pointer, "self", "a document cannot supersede itself.", "文件不能废止自身。");
  }
  return errors;
}

FieldErrors validate(const ItemContent& item, const LinkPolicy& links) {
  FieldErrors errors;
  check_length(item.title, false, longest_title, "/title", errors);
  if (item.document) check_id(*item.document, "/document", errors);
  check_length(item.rule, false, longest_text, "/rule", errors);

  check_count(item.manual.size(), "/manual", errors);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < item.manual.size(); ++i) {
    const std::string pointer = "/manual/" + std::to_string(i) + "/name";
    if (!is_condition_name(item.manual[i].name))
      add(errors, pointer, "id", "must be a lower-case letter, then lower-case letters, digits or '_'.",
          "应以小写字母开头，只含小写字母、数字和下划线。");
    if (!names.insert(item.manual[i].name).second) add(errors, pointer, "twice", "is named twice.", "重复。");
  }
  if (item.benefit) check_benefit(*item.benefit, errors);
  if (item.valid_from && item.valid_to && *item.valid_to < *item.valid_from) bad_order(errors, "/valid_to");
  check_count(item.windows.size(), "/windows", errors);
  for (std::size_t i = 0; i < item.windows.size(); ++i) check_window(item.windows[i], "/windows/" + std::to_string(i), errors);
  check_count(item.links.size(), "/links", errors);
  for (std::size_t i = 0; i < item.links.size(); ++i) links.check(item.links[i].url, "/links/" + std::to_string(i) + "/url", errors);
  return errors;
}

FieldErrors validate(const Package& package, const LinkPolicy& links) {
  FieldErrors errors;
  check_length(package.title, false, longest_title, "/title", errors);
  if (package.contents.empty()) add(errors, "/contents", "required", "a package needs at least one content.", "礼包至少要有一项内容。");
  check_count(package.contents.size(), "/contents", errors);
  std::set<std::pair<ContentType, std::string_view>> seen;
  for (std::size_t i = 0; i < package.contents.size(); ++i) {
    const PackageContent& content = package.contents[i];
    const std::string pointer = "/contents/" + std::to_string(i) + "/id";
    check_id(content.id, pointer, errors);
    if (!seen.insert({content.type, content.id}).second) add(errors, pointer, "twice", "is in the package twice.", "重复。");
  }
  if (package.target) links.check(*package.target, "/target", errors);
  return errors;
}

}  // namespace zhida::policy
