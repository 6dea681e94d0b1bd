#pragma once

#include "platform/observe/trace.hpp"

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace zhida::observe {

enum class Level : std::uint8_t { debug, info, warning, error };

/// A named fact of a log line. Text is a fixed word, an id of ours or a reason: never a request's body, headers, names or tokens.
struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, const std::string& text) : name(field_name), value(std::string_view(text)) {}
  Field(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
  Field(std::string_view field_name, double number) : name(field_name), value(number) {}
  Field(std::string_view field_name, std::integral auto number) : name(field_name), value(static_cast<std::int64_t>(number)) {}

  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Writes events as JSON, one line each: `{"time":…,"level":…,"event":…,"trace":…,fields…}`. Thread-safe: a line is one write(2).
class Log {
 public:
  using Fields = std::initializer_list<Field>;

  /// `descriptor` stays the caller's. A line that cannot be written is lost, never waited for by the caller's caller.
  explicit Log(int descriptor = 2, Level least = Level::info) : descriptor_(descriptor), least_(least) {}

  bool enabled(Level level) const { return level >= least_.load(std::memory_order_relaxed); }
  void set_level(Level least) { least_ = least; }

  /// `event` names what happened in dotted words of ours, e.g. `campaign.launched`.
  void write(Level level, std::string_view event, Fields fields = {}, const Trace* trace = nullptr) const;

  void debug(std::string_view event, Fields fields = {}, const Trace* trace = nullptr) const { write(Level::debug, event, fields, trace); }
  void info(std::string_view event, Fields fields = {}, const Trace* trace = nullptr) const { write(Level::info, event, fields, trace); }
  void warning(std::string_view event, Fields fields = {}, const Trace* trace = nullptr) const {
    write(Level::warning, event, fields, trace);
  }
  void error(std::string_view event, Fields fields = {}, const Trace* trace = nullptr) const { write(Level::error, event, fields, trace); }

 private:
  int descriptor_;
  std::atomic<Level> least_;
};

}  // namespace zhida::observe
