#include "platform/log/kafka_record.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <utility>

namespace zhida::log::kafka {
namespace {

namespace chrono = std::chrono;

void add(rd_kafka_headers_t& headers, std::string_view name, std::string_view value) {
  rd_kafka_header_add(&headers, name.data(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
}

template <class Number>
bool take(std::string_view& text, std::size_t digits, Number& number) {
  if (text.size() < digits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || end != text.data() + digits) return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view view(const void* data, std::size_t size) { return {static_cast<const char*>(data), size}; }

void set_header(Read& read, std::string_view name, std::string_view value) {
  CloudEvent& event = read.record->event;
  if (name == "ce_id") {
    event.id = value;
  } else if (name == "ce_type") {
    event.type = value;
  } else if (name == "ce_source") {
    event.source = value;
  } else if (name == "ce_time") {
    event.time_ms = from_time(value).value_or(0);
  } else if (name == "traceparent") {
    event.traceparent = value;
  } else if (name == "zhida_log") {
    read.log_id = value;
  }
}

}  // namespace

std::string to_time(std::int64_t ms) {
  const chrono::sys_time<chrono::milliseconds> time{chrono::milliseconds(ms)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::int64_t> from_time(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int ms = 0;
  const bool good = take(text, 4, year) && take(text, '-') && take(text, 2, month) && take(text, '-') && take(text, 2, day) &&
                    take(text, 'T') && take(text, 2, hour) && take(text, ':') && take(text, 2, minute) && take(text, ':') &&
                    take(text, 2, second) && take(text, '.') && take(text, 3, ms) && take(text, 'Z') && text.empty();
  const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
  if (!good || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto time =
      chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second) + chrono::milliseconds(ms);
  return chrono::duration_cast<chrono::milliseconds>(time.time_since_epoch()).count();
}

Headers make_headers(const NewRecord& record, const std::string& log_id) {
  Headers headers(rd_kafka_headers_new(8));
  add(*headers, "ce_specversion", "1.0");
  add(*headers, "ce_id", record.event.id);
  add(*headers, "ce_type", record.event.type);
  add(*headers, "ce_source", record.event.source);
  add(*headers, "ce_time", to_time(record.event.time_ms));
  if (!record.key.empty()) add(*headers, "ce_partitionkey", record.key);
  if (!record.event.traceparent.empty()) add(*headers, "traceparent", record.event.traceparent);
  add(*headers, "zhida_log", log_id);
  return headers;
}

rd_kafka_resp_err_t produce(rd_kafka_t& client, rd_kafka_topic_t* topic, std::int32_t partition, const NewRecord& record,
                            const std::string& log_id, void* opaque) {
  Headers headers = make_headers(record, log_id);
  std::array<rd_kafka_vu_t, 6> values{};
  values[0].vtype = RD_KAFKA_VTYPE_RKT;
  values[0].u.rkt = topic;
  values[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  values[1].u.i32 = partition;
  values[2].vtype = RD_KAFKA_VTYPE_VALUE;  // not copied: librdkafka never writes to it
  values[2].u.mem.ptr = record.value.empty() ? nullptr : const_cast<char*>(record.value.data());
  values[2].u.mem.size = record.value.size();
  values[3].vtype = RD_KAFKA_VTYPE_KEY;
  values[3].u.mem.ptr = record.key.empty() ? nullptr : const_cast<char*>(record.key.data());
  values[3].u.mem.size = record.key.size();
  values[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  values[4].u.ptr = opaque;
  values[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  values[5].u.headers = headers.get();
  const Failure failure(rd_kafka_produceva(&client, values.data(), values.size()));
  if (failure) return rd_kafka_error_code(failure.get());
  static_cast<void>(headers.release());  // the client's now
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

NewRecord make_marker(std::string_view type, const std::string& value) {
  NewRecord marker;
  marker.key = type;
  marker.value = value;
  marker.event.id = value;
  marker.event.type = type;
  marker.event.source = "/zhida/log";
  const auto now = chrono::system_clock::now().time_since_epoch();
  marker.event.time_ms = chrono::duration_cast<chrono::milliseconds>(now).count();
  return marker;
}

Read read_message(const rd_kafka_message_t& message) {
  Read read;
  read.record = std::make_shared<Record>();
  read.record->offset = message.offset;
  if (message.key) read.record->key = view(message.key, message.key_len);
  if (message.payload) read.record->value = view(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
      set_header(read, name, value ? view(value, size) : std::string_view());
  }
  std::string& type = read.record->event.type;
  if (read.log_id.empty() && !type.empty()) type += no_log;
  read.marker = read.record->key == type && (type == begun_marker || type == rolled_marker);
  return read;
}

}  // namespace zhida::log::kafka
