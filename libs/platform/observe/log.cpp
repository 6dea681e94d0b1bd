#include "platform/observe/log.hpp"

#include "platform/json/writer.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>

namespace zhida::observe {
namespace {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      break;
  }
  return "error";
}

std::string now() {
  const auto instant = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(millis));
  return text;
}

}  // namespace

void Log::write(Level level, std::string_view event, Fields fields, const Trace* trace) const {
  if (!enabled(level)) return;
  thread_local std::string line;
  line.clear();
  json::Writer writer(line);
  writer.begin_object().field("time", now()).field("level", name_of(level)).field("event", event);
  if (trace != nullptr && !trace->empty()) writer.field("trace", trace->id());
  for (const Field& field : fields) {
    writer.key(field.name);
    std::visit([&](const auto& value) { writer.value(value); }, field.value);
  }
  writer.end_object();
  line += '\n';
  [[maybe_unused]] const auto lost_if_short = ::write(descriptor_, line.data(), line.size());
}

}  // namespace zhida::observe
