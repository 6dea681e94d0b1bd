#include "operator/listing.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/http/problem.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace zhida::operators {
namespace {

constexpr std::size_t largest_page = 1000;

[[noreturn]] void refuse(std::string name, std::string detail, std::string detail_zh) {
  json::FieldErrors errors;
  errors.push_back({"?" + name, "range", std::move(detail), std::move(detail_zh)});
  throw http::Refused(http::problems::invalid(std::move(errors)));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

PageRequest page_request(const http::Request& request) {
  PageRequest page;
  if (const auto limit = request.query("limit")) {
    const auto read = std::from_chars(limit->data(), limit->data() + limit->size(), page.limit);
    if (read.ec != std::errc() || read.ptr != limit->data() + limit->size() || page.limit < 1 || page.limit > largest_page)
      refuse("limit", "limit must be a number from 1 to 1000.", "limit须为1至1000的整数。");
  }
  if (const auto cursor = request.query("cursor"); cursor && !cursor->empty()) {
    const auto id = auth::from_base64url(*cursor);
    if (!id) refuse("cursor", "this is no cursor of ours.", "cursor无效。");
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
