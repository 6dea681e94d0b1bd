#include "stores/fold/position_vector.hpp"

#include <charconv>

namespace zhida::stores {

bool PositionVector::reaches(const PositionVector& other) const {
  for (std::size_t i = 0; i < next.size(); ++i)
    if (next[i] < other.next[i]) return false;
  return true;
}

std::string to_text(const PositionVector& vector, const std::vector<std::string>& topics) {
  std::string text;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    if (i != 0) text += ' ';
    text.append(topics[i]).append("=").append(std::to_string(vector.next[i]));
  }
  return text;
}

std::optional<PositionVector> parse_position_vector(std::string_view text, const std::vector<std::string>& topics) {
  PositionVector vector;
  for (const std::string& topic : topics) {
    if (!vector.next.empty()) {
      if (!text.starts_with(' ')) return std::nullopt;
      text.remove_prefix(1);
    }
    if (!text.starts_with(topic) || text.size() <= topic.size() || text[topic.size()] != '=') return std::nullopt;
    text.remove_prefix(topic.size() + 1);
    log::Offset offset = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    vector.next.push_back(offset);
  }
  if (!text.empty()) return std::nullopt;
  return vector;
}

}  // namespace zhida::stores
