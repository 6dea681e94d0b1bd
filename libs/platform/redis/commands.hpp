#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::redis {

class Script;

/// Commands for one pipeline, encoded one behind the other in one buffer.
///
///     Commands commands;
///     commands.add("HSET", key, field, value);
///     commands.begin("HMGET", 1 + fields.size()).arg(key);
///     for (const auto& field : fields) commands.arg(field);
///
/// Arguments are binary-safe and copied at once.
class Commands {
 public:
  template <std::convertible_to<std::string_view>... Arguments>
  Commands& add(std::string_view name, const Arguments&... arguments) {
    begin(name, sizeof...(arguments));
    (arg(std::string_view(arguments)), ...);
    return *this;
  }

  /// Begins a command with `count` arguments behind its name, which must follow by `arg`.
  Commands& begin(std::string_view name, std::size_t count);
  Commands& arg(std::string_view argument);
  Commands& arg(std::int64_t number);

  /// EVALSHA. Its reply is `NOSCRIPT` if the server does not know the script: `Client::load` first, or send again.
  Commands& evaluate(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments);

  /// Adds `count` commands of `others`, from the one at `first` on. Throws as `encoded`.
  Commands& append(const Commands& others, std::size_t first, std::size_t count);

  std::size_t size() const { return starts_.size(); }
  bool empty() const { return starts_.empty(); }
  std::size_t bytes() const { return buffer_.size(); }
  void reserve(std::size_t bytes) { buffer_.reserve(bytes); }

  /// The nth command as it goes over the wire. Throws std::logic_error if arguments of the last are missing.
  std::string_view encoded(std::size_t n) const;

  /// The nth command taken apart: its name, then its arguments, `most` words at most. Throws as `encoded`.
  std::vector<std::string_view> words(std::size_t n, std::size_t most = SIZE_MAX) const;

 private:
  void length(char kind, std::size_t value);

  std::string buffer_;
  std::vector<std::size_t> starts_;
  std::size_t missing_ = 0;  // arguments the last command still needs
};

}  // namespace zhida::redis
