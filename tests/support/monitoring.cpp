#include "support/monitoring.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <stdexcept>
#include <utility>

namespace zhida::test {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':'; }

/// Reads a text from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool ended() const { return at_ >= text_.size(); }
  char peek() const { return ended() ? '\0' : text_[at_]; }
  void skip() { ++at_; }
  void skip_spaces() {
    while (!ended() && std::isspace(static_cast<unsigned char>(peek())) != 0) skip();
  }
  bool take(std::string_view expected) {
    skip_spaces();
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  std::string_view word() {
    skip_spaces();
    const std::size_t from = at_;
    while (!ended() && is_name(peek())) skip();
    return text_.substr(from, at_ - from);
  }
  /// What stands between quotes, escapes resolved; nothing if no quote stands here.
  std::optional<std::string> quoted() {
    skip_spaces();
    const char quote = peek();
    if (quote != '"' && quote != '\'') return std::nullopt;
    skip();
    std::string value;
    while (!ended() && peek() != quote) {
      if (peek() == '\\') skip();
      value += peek();
      skip();
    }
    skip();
    return value;
  }
  std::string_view until(char end) {
    const std::size_t from = at_;
    while (!ended() && peek() != end) skip();
    return text_.substr(from, at_ - from);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

const std::set<std::string, std::less<>> functions = {"sum",     "max",  "min",  "count",  "avg",    "rate",      "increase",
                                                      "changes", "topk", "time", "scalar", "absent", "clamp_min", "histogram_quantile"};
const std::set<std::string, std::less<>> operators = {"and", "or", "unless", "bool"};
const std::set<std::string, std::less<>> groupings = {"by", "without", "on", "ignoring", "group_left", "group_right"};
const std::set<std::string, std::less<>> target_labels = {"job", "instance"};

bool is_variable(std::string_view value) { return value.find('$') != std::string_view::npos; }

/// One expression being held against what is exposed.
class Check {
 public:
  Check(std::string_view expression, const Exposed& exposed) : in_(expression), exposed_(exposed) {}

  std::vector<std::string> run() {
    for (in_.skip_spaces(); !in_.ended(); in_.skip_spaces()) {
      if (std::isdigit(static_cast<unsigned char>(in_.peek())) != 0)
        read_number();
      else if (is_name(in_.peek()))
        read_word(std::string(in_.word()));
      else if (in_.take("["))
        in_.until(']');
      else
        in_.skip();
    }
    if (metrics_ == 0) add("asks for no metric");
    for (const std::string& label : grouped_)
      if (!target_labels.contains(label) && !known_labels_.contains(label)) add("groups by " + label + ", which none of its metrics has");
    return std::move(found_);
  }

 private:
  void add(std::string sentence) { found_.push_back(std::move(sentence)); }

  void read_number() {
    while (!in_.ended() && (is_name(in_.peek()) || in_.peek() == '.')) in_.skip();
  }

  void read_word(const std::string& word) {
    if (operators.contains(word) || functions.contains(word)) return;
    if (groupings.contains(word)) return read_grouping();
    if (in_.take("(")) return add("calls " + word + ", which is no function known here");
    read_selector(word);
  }

  void read_grouping() {
    if (!in_.take("(")) return;
    while (!in_.take(")") && !in_.ended()) {
      const std::string label(in_.word());
      if (label.empty())
        in_.skip();
      else
        grouped_.push_back(label);
    }
  }

  void read_selector(const std::string& metric) {
    ++metrics_;
    const auto known = exposed_.find(metric);
    if (known == exposed_.end()) add("asks for " + metric + ", which no process shows");
    if (known != exposed_.end())
      for (const auto& [label, values] : known->second) known_labels_.insert(label);
    if (!in_.take("{")) return;
    while (!in_.take("}") && !in_.ended()) {
      const std::string label(in_.word());
      std::string_view how;
      for (const std::string_view each : {"=~", "!~", "!=", "="})
        if (how.empty() && in_.take(each)) how = each;
      const std::optional<std::string> value = in_.quoted();
      if (label.empty() || how.empty() || !value) return add("has a selector of " + metric + " that cannot be read");
      if (known != exposed_.end()) check_label(metric, known->second, label, how, *value);
      in_.take(",");
    }
  }

  void check_label(const std::string& metric, const std::map<std::string, std::set<std::string>>& labels, const std::string& label,
                   std::string_view how, const std::string& value) {
    const auto known = labels.find(label);
    if (known == labels.end()) return add("selects " + metric + " by " + label + ", a label it does not have");
    if (is_variable(value)) return;
    const std::string_view wild = ".*+?[](){}^\\";
    Scanner alternatives(value);
    while (!alternatives.ended()) {
      const std::string one(how.ends_with('~') ? alternatives.until('|') : alternatives.until('\0'));
      alternatives.skip();
      // Of a pattern only what stands before its first sign is looked for.
      const std::size_t sign = how.ends_with('~') ? one.find_first_of(wild) : std::string::npos;
      const auto fits = [&](const std::string& shown) {
        return sign == std::string::npos ? shown == one : shown.starts_with(one.substr(0, sign));
      };
      if (std::ranges::none_of(known->second, fits))
        add("selects " + metric + " by " + label + " " + one + ", a value that no process shows");
    }
  }

  Scanner in_;
  const Exposed& exposed_;
  std::vector<std::string> found_, grouped_;
  std::set<std::string, std::less<>> known_labels_;
  int metrics_ = 0;
};

/// A line of YAML: how deep, whether it begins an element of a list, key and value.
struct Line {
  std::size_t number = 0, depth = 0;
  std::string_view key, value, whole;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

Line split(std::string_view text, std::size_t number) {
  Line line;
  line.number = number;
  line.whole = text;
  std::size_t depth = text.find_first_not_of(' ');
  if (depth == std::string_view::npos) depth = text.size();
  text.remove_prefix(depth);
  if (text.starts_with("- ")) {
    text.remove_prefix(2);
    depth += 2;
  }
  line.depth = depth;
  const std::size_t colon = std::min(text.find(": "), text.ends_with(':') ? text.size() - 1 : std::string_view::npos);
  if (colon == std::string_view::npos) throw std::runtime_error("line " + std::to_string(number) + " is no key and value");
  line.key = text.substr(0, colon);
  line.value = trimmed(text.substr(colon + 1));
  return line;
}

std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '\'' || value.front() == '"') && value.back() == value.front())
    value = value.substr(1, value.size() - 2);
  return std::string(value);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), lines.back().size() + 1));
  }
  return lines;
}

}  // namespace

void add_exposition(Exposed& exposed, std::string_view text, const std::string& job) {
  exposed["up"]["job"].insert(job);
  for (const std::string_view line : lines_of(text)) {
    if (line.empty() || line.starts_with('#')) continue;
    Scanner in(line);
    const std::string name(in.word());
    if (name.empty()) throw std::runtime_error("no sample: " + std::string(line));
    auto& labels = exposed[name];
    labels["job"].insert(job);
    labels["instance"];
    if (!in.take("{")) continue;
    while (!in.take("}")) {
      const std::string label(in.word());
      const std::optional<std::string> value = in.take("=") ? in.quoted() : std::nullopt;
      if (label.empty() || !value) throw std::runtime_error("no sample: " + std::string(line));
      labels[label].insert(*value);
      in.take(",");
    }
  }
}

std::vector<std::string> objections(std::string_view expression, const Exposed& exposed) { return Check(expression, exposed).run(); }

std::vector<Alert> read_alerts(std::string_view yaml) {
  std::vector<Alert> alerts;
  std::map<std::string, std::string>* inner = nullptr;
  std::string* block = nullptr;
  std::size_t block_depth = 0, number = 0;
  for (const std::string_view text : lines_of(yaml)) {
    ++number;
    const std::size_t depth = text.find_first_not_of(' ');
    if (depth == std::string_view::npos || text[depth] == '#') continue;
    if (block != nullptr && depth > block_depth) {
      *block += std::string(trimmed(text)) + "\n";
      continue;
    }
    block = nullptr;
    const Line line = split(text, number);
    if (line.key == "groups" || line.key == "rules" || line.key == "name") continue;
    if (line.key == "alert") {
      alerts.emplace_back().name = unquoted(line.value);
      inner = nullptr;
      continue;
    }
    if (alerts.empty()) throw std::runtime_error("line " + std::to_string(number) + " belongs to no alert");
    Alert& alert = alerts.back();
    if (line.key == "labels" || line.key == "annotations") {
      inner = line.key == "labels" ? &alert.labels : &alert.annotations;
      continue;
    }
    std::string* const into = line.key == "expr" ? &alert.expression : line.key == "for" ? &alert.hold : nullptr;
    if (into == nullptr && inner == nullptr) throw std::runtime_error("line " + std::to_string(number) + " is of an unknown key");
    std::string& value = into != nullptr ? *into : (*inner)[std::string(line.key)];
    if (line.value == "|") {
      block = &value;
      block_depth = line.depth;
    } else {
      value = unquoted(line.value);
    }
  }
  return alerts;
}

std::set<std::string> anchors_of(std::string_view markdown) {
  std::set<std::string> anchors;
  for (std::string_view line : lines_of(markdown)) {
    if (!line.starts_with('#')) continue;
    line = trimmed(line.substr(line.find_first_not_of('#')));
    std::string anchor;
    for (const char c : line) {
      if (c == ' ')
        anchor += '-';
      else if (is_name(c) || c == '-')
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    anchors.insert(anchor);
  }
  return anchors;
}

}  // namespace zhida::test
