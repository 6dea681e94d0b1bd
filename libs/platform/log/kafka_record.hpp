#pragma once

#include "platform/log/kafka_handle.hpp"
#include "platform/log/record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::log::kafka {

/// Records of the adapter's own, which no reader of the port sees. Their key is their type, their value the log's id.
/// The first record of every partition: a topic made anew has none, and is refused.
inline constexpr std::string_view begun_marker = "zhida.log.begun.v1";
/// Makes brokers close a segment, so that what lies before can be compacted.
inline constexpr std::string_view rolled_marker = "zhida.log.rolled.v1";

/// ms since 1970 as RFC 3339 in UTC, e.g. `2026-01-31T08:00:00.123Z`, and back (none: not of this form).
std::string to_time(std::int64_t ms);
std::optional<std::int64_t> from_time(std::string_view text);

/// CloudEvents in binary mode: `ce_specversion`, `ce_id`, `ce_type`, `ce_source`, `ce_time`, `ce_partitionkey` (if there is a key);
/// `traceparent` (if there is one); `zhida_log`.
Headers make_headers(const NewRecord& record, const std::string& log_id);

/// Hands a record over. `record` must stay until its delivery report, which brings `opaque` back. An empty value is sent as null.
rd_kafka_resp_err_t produce(rd_kafka_t& client, rd_kafka_topic_t* topic, std::int32_t partition, const NewRecord& record,
                            const std::string& log_id, void* opaque);

/// A record that says what the adapter wants to remember.
NewRecord make_marker(std::string_view type, const std::string& value);

struct Read {
  std::shared_ptr<Record> record;
  std::string log_id;  ///< `zhida_log`; empty if the record has none
  bool marker = false;
};

/// What a message says. Headers that are missing stay empty. The type of one that names no log ends with `no_log`: whatever it looks like,
/// nobody takes it for a fact of this log.
inline constexpr std::string_view no_log = " (names no log)";
Read read_message(const rd_kafka_message_t& message);

}  // namespace zhida::log::kafka
