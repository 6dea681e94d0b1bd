#include "platform/http/conditional.hpp"

#include "platform/http/problem.hpp"

#include <algorithm>

namespace zhida::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Whether a list of entity tags (or `*`) names `current`. A weak tag counts only if `weak`.
bool names(std::string_view list, std::string_view current, bool weak) {
  if (trimmed(list) == "*") return !current.empty();
  while (!list.empty()) {
    const auto open = list.find('"');
    if (open == std::string_view::npos) return false;
    const auto close = list.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    const bool is_weak = open >= 2 && list.substr(open - 2, 2) == "W/";
    if ((weak || !is_weak) && list.substr(open, close - open + 1) == current) return true;
    list.remove_prefix(close + 1);
  }
  return false;
}

}  // namespace

std::string etag(std::string_view tag) { return '"' + std::string(tag) + '"'; }
std::string etag(std::uint64_t revision) { return etag(std::string_view(std::to_string(revision))); }

bool not_modified(const Request& request, std::string_view current) {
  const auto given = request.headers.find("If-None-Match");
  return given && names(*given, current, true);
}

Response with_etag(const Request& request, Response response, std::string_view current) {
  if (not_modified(request, current)) {
    Response unchanged(Status::not_modified);
    unchanged.cache_control = response.cache_control;
    return std::move(unchanged).set("ETag", std::string(current));
  }
  return std::move(response).set("ETag", std::string(current));
}

IfMatch check_if_match(const Request& request, std::string_view current) {
  const auto given = request.headers.find("If-Match");
  if (!given) return IfMatch::absent;
  return names(*given, current, false) ? IfMatch::holds : IfMatch::fails;
}

void require_match(const Request& request, std::string_view current) {
  switch (check_if_match(request, current)) {
    case IfMatch::holds:
      return;
    case IfMatch::absent:
      throw Refused(problems::precondition_required());
    case IfMatch::fails:
      throw Refused(problems::precondition_failed(current));
  }
}

void require_content_type(const Request& request, std::string_view expected) {
  const std::string_view given = request.header("Content-Type");
  const auto semicolon = given.find(';');
  bool good = same_word(trimmed(given.substr(0, semicolon)), expected);
  if (good && semicolon != std::string_view::npos) {
    std::string parameters(given.substr(semicolon + 1));
    std::ranges::transform(parameters, parameters.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (const auto charset = parameters.find("charset="); charset != std::string::npos) {
      const auto value = std::string_view(parameters).substr(charset + 8);
      good = value.starts_with("utf-8") || value.starts_with("\"utf-8\"");
    }
  }
  if (!good) throw Refused(problems::unsupported_media_type(expected));
}

}  // namespace zhida::http
