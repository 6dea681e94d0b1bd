#include "node/presence/announcement.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>

#include <charconv>

namespace zhida::node {
namespace {

bool read_offsets(std::string_view text, std::vector<log::Offset>& into) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    log::Offset offset = 0;
    const auto [next, error] = std::from_chars(at, end, offset);
    if (error != std::errc()) return false;
    into.push_back(offset);
    if (next == end) return true;
    if (*next != ',') return false;
    at = next + 1;
  }
}

}  // namespace

std::string to_text(const Announcement& announcement) {
  std::string text = announcement.service + " " + announcement.address;
  for (const auto& [topic, offsets] : announcement.positions) {
    text += " " + topic;
    char before = '=';
    for (const log::Offset offset : offsets) {
      text += before + std::to_string(offset);
      before = ',';
    }
  }
  return text;
}

std::optional<Announcement> announcement_from(std::string_view text) {
  std::vector<std::string> words;
  boost::algorithm::split(words, text, boost::algorithm::is_any_of(" "));
  if (words.size() < 2) return std::nullopt;
  Announcement made{words[0], words[1], {}};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos) return std::nullopt;
    if (!read_offsets(std::string_view(words[i]).substr(equals + 1), made.positions[words[i].substr(0, equals)])) return std::nullopt;
  }
  return made;
}

}  // namespace zhida::node
