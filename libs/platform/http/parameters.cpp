#include "platform/http/parameters.hpp"

#include "platform/http/problem.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace zhida::http {

void refuse_parameter(std::string_view name, std::string code, std::string detail, std::string detail_zh) {
  json::FieldErrors errors;
  errors.push_back({"?" + std::string(name), std::move(code), std::move(detail), std::move(detail_zh)});
  throw Refused(problems::invalid(std::move(errors)));
}

void require_only(const Request& request, std::initializer_list<std::string_view> names) {
  const auto& given = request.queries();
  for (auto at = given.begin(); at != given.end(); ++at) {
    const std::string& name = at->first;
    if (std::ranges::find(names, name) == names.end())
      refuse_parameter(name, "inapplicable", "there is no such parameter here.", "此处没有这个参数。");
    if (std::any_of(given.begin(), at, [&name](const auto& earlier) { return earlier.first == name; }))
      refuse_parameter(name, "twice", "is given twice.", "重复。");
  }
}

std::optional<std::size_t> number_parameter(const Request& request, std::string_view name, std::size_t least, std::size_t most) {
  const auto text = request.query(name);
  if (!text) return std::nullopt;
  std::size_t number = 0;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < least || number > most) {
    const std::string from = std::to_string(least), to = std::to_string(most);
    refuse_parameter(name, "range", "must be a whole number from " + from + " to " + to + ".", "应为" + from + "至" + to + "的整数。");
  }
  return number;
}

std::size_t limit_parameter(const Request& request) {
  constexpr std::size_t usual = 50, most = 1000;
  return number_parameter(request, "limit", 1, most).value_or(usual);
}

std::optional<std::size_t> word_parameter(const Request& request, std::string_view name, std::span<const std::string_view> words) {
  const std::string_view word = request.query_or(name, "");
  if (word.empty()) return std::nullopt;
  const auto found = std::ranges::find(words, word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string all;
  for (const std::string_view each : words) all.append(all.empty() ? "" : ", ").append(each);
  refuse_parameter(name, "enum", "must be one of " + all + ".", "应为以下之一：" + all + "。");
}

}  // namespace zhida::http
