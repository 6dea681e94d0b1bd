#include "platform/redis/commands.hpp"

#include "platform/redis/script.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace zhida::redis {

void Commands::length(char kind, std::size_t value) {
  char text[24];
  text[0] = kind;
  char* end = std::to_chars(text + 1, text + sizeof text - 2, value).ptr;
  *end++ = '\r';
  *end++ = '\n';
  buffer_.append(text, end);
}

Commands& Commands::begin(std::string_view name, std::size_t count) {
  if (missing_ != 0) throw std::logic_error("a Redis command lacks arguments");
  starts_.push_back(buffer_.size());
  length('*', count + 1);
  missing_ = count + 1;
  return arg(name);
}

Commands& Commands::arg(std::string_view argument) {
  if (missing_ == 0) throw std::logic_error("a Redis command has too many arguments");
  --missing_;
  length('$', argument.size());
  buffer_.append(argument).append("\r\n", 2);
  return *this;
}

Commands& Commands::arg(std::int64_t number) {
  char text[24];
  const char* end = std::to_chars(text, text + sizeof text, number).ptr;
  return arg(std::string_view(text, end));
}

Commands& Commands::evaluate(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments) {
  begin("EVALSHA", 2 + keys.size() + arguments.size());
  arg(script.sha());
  arg(static_cast<std::int64_t>(keys.size()));
  for (const std::string_view key : keys) arg(key);
  for (const std::string_view argument : arguments) arg(argument);
  return *this;
}

Commands& Commands::append(const Commands& others, std::size_t first, std::size_t count) {
  if (missing_ != 0) throw std::logic_error("a Redis command lacks arguments");
  for (std::size_t i = first; i < first + count; ++i) {
    starts_.push_back(buffer_.size());
    buffer_.append(others.encoded(i));
  }
  return *this;
}

std::string_view Commands::encoded(std::size_t n) const {
  if (missing_ != 0) throw std::logic_error("a Redis command lacks arguments");
  const std::size_t begin = starts_.at(n);
  const std::size_t end = n + 1 < starts_.size() ? starts_[n + 1] : buffer_.size();
  return std::string_view(buffer_).substr(begin, end - begin);
}

std::vector<std::string_view> Commands::words(std::size_t n, std::size_t most) const {
  std::string_view rest = encoded(n);
  const auto take_length = [&rest] {
    std::size_t length = 0;
    const char* end = std::from_chars(rest.data() + 1, rest.data() + rest.size(), length).ptr;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 2);
    return length;
  };
  std::vector<std::string_view> words(std::min(take_length(), most));
  for (std::string_view& word : words) {
    const std::size_t length = take_length();
    word = rest.substr(0, length);
    rest.remove_prefix(length + 2);
  }
  return words;
}

}  // namespace zhida::redis
