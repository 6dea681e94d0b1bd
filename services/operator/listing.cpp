#include "operator/listing.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/http/problem.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace zhida::operators {
namespace {

constexpr std::size_t largest_page = 1000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

void refuse_parameter(std::string_view name, std::string code, std::string detail, std::string detail_zh) {
  json::FieldErrors errors;
  errors.push_back({"?" + std::string(name), std::move(code), std::move(detail), std::move(detail_zh)});
  throw http::Refused(http::problems::invalid(std::move(errors)));
}

void refuse_filters(const http::Request& request, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (!request.query_or(name, "").empty())
      refuse_parameter(name, "inapplicable", "this list has no such filter.", "本列表没有这个筛选条件。");
}

PageRequest page_request(const http::Request& request, IsCursor is_cursor) {
  PageRequest page;
  if (const auto limit = request.query("limit")) {
    const auto read = std::from_chars(limit->data(), limit->data() + limit->size(), page.limit);
    if (read.ec != std::errc() || read.ptr != limit->data() + limit->size() || page.limit < 1 || page.limit > largest_page)
      refuse_parameter("limit", "range", "limit must be a number from 1 to 1000.", "limit须为1至1000的整数。");
  }
  if (const auto cursor = request.query("cursor"); cursor && !cursor->empty()) {
    const auto id = auth::from_base64url(*cursor);
    if (!id || !is_cursor(*id)) refuse_parameter("cursor", "cursor", "this is no cursor of this list.", "不是本列表的游标。");
    page.after = *id;
  }
  return page;
}

std::string cursor_of(std::string_view last) { return auth::base64url(last); }

std::string list_json(std::string_view elements, std::string_view last) {
  std::string text = "{\"items\":[";
  text.append(elements).append("],\"next\":");
  if (last.empty())
    text += "null}";
  else
    text.append("\"").append(cursor_of(last)).append("\"}");
  return text;
}

bool contains(std::string_view text, std::string_view part) {
  return std::ranges::search(text, part, [](char a, char b) { return lower(a) == lower(b); }).begin() != text.end() || part.empty();
}

}  // namespace zhida::operators
