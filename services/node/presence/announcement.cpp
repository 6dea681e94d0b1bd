#include "node/presence/announcement.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>

#include <charconv>

namespace zhida::node {
namespace {

constexpr std::string_view owned_mark = "owned:";

template <class Number>
bool read_numbers(std::string_view text, std::vector<Number>& into) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    Number number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return false;
    into.push_back(number);
    if (next == end) return true;
    if (*next != ',') return false;
    at = next + 1;
  }
}

template <class Number>
std::string listed(const std::vector<Number>& numbers) {
  std::string text;
  for (const Number number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

}  // namespace

std::string to_text(const Announcement& announcement) {
  std::string text = announcement.service + " " + announcement.address;
  for (const auto& [topic, offsets] : announcement.positions) text += " " + topic + "=" + listed(offsets);
  if (!announcement.owned.empty()) text += " " + std::string(owned_mark) + listed(announcement.owned);
  return text;
}

std::optional<Announcement> announcement_from(std::string_view text) {
  std::vector<std::string> words;
  boost::algorithm::split(words, text, boost::algorithm::is_any_of(" "));
  if (words.size() < 2) return std::nullopt;
  Announcement made;
  made.service = words[0];
  made.address = words[1];
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.starts_with(owned_mark)) {
      if (!read_numbers(word.substr(owned_mark.size()), made.owned)) return std::nullopt;
      continue;
    }
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    if (!read_numbers(word.substr(equals + 1), made.positions[std::string(word.substr(0, equals))])) return std::nullopt;
  }
  return made;
}

}  // namespace zhida::node
