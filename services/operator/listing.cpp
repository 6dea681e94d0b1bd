#include "operator/listing.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/http/problem.hpp"

#include <algorithm>
#include <utility>

namespace zhida::operators {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

void refuse_filters(const http::Request& request, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (!request.query_or(name, "").empty())
      http::refuse_parameter(name, "inapplicable", "this list has no such filter.", "本列表没有这个筛选条件。");
}

PageRequest page_request(const http::Request& request, IsCursor is_cursor) {
  PageRequest page;
  page.limit = http::limit_parameter(request);
  if (const auto cursor = request.query("cursor"); cursor && !cursor->empty()) {
    const auto id = auth::from_base64url(*cursor);
    if (!id || !is_cursor(*id)) http::refuse_parameter("cursor", "cursor", "this is no cursor of this list.", "不是本列表的游标。");
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
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return part.empty() || std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace zhida::operators
