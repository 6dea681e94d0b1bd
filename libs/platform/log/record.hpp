#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace zhida::log {

/// Place of a record in its partition. Grows; may skip numbers (compaction, brokers' own markers),
/// so the record after `o` is not `o + 1`: go on from `Batch::next`.
using Offset = std::int64_t;

/// The CloudEvents headers of a record (binary mode).
struct CloudEvent {
  std::string id;             ///< `ce_id`: equal ids name the same fact
  std::string type;           ///< `ce_type`, e.g. `zhida.profile.patched.v1`
  std::string source;         ///< `ce_source`
  std::int64_t time_ms = 0;   ///< `ce_time`, ms since 1970 UTC
  std::string traceparent{};  ///< W3C trace context; may be empty
};

/// A record to append. An empty `value` is a tombstone of its key.
struct NewRecord {
  std::string topic;
  std::int32_t partition = 0;
  std::string key;
  std::string value;
  CloudEvent event;
};

/// A record of the log; its topic and partition are those it was read from.
struct Record {
  Offset offset = 0;
  std::string key;
  std::string value;
  CloudEvent event;
};

/// Shared with the log's cache of recent records: reading the tail copies no bytes.
using RecordPtr = std::shared_ptr<const Record>;

/// Bytes a record occupies in queues and caches, with its share of bookkeeping.
template <class AnyRecord>
std::size_t size_of(const AnyRecord& record) {
  const CloudEvent& event = record.event;
  return sizeof(AnyRecord) + record.key.size() + record.value.size() + event.id.size() + event.type.size() + event.source.size() +
         event.traceparent.size();
}

/// What one read brought, in offset order.
struct Batch {
  std::vector<RecordPtr> records;
  Offset next = 0;  ///< where to read on: beyond the last record and any gap behind it
};

/// The offsets a partition holds: `start <= offset < end`. Empty when both are equal.
struct Range {
  Offset start = 0;  ///< the first offset that was not trimmed
  Offset end = 0;    ///< the offset the next record gets at the least
};

/// A reader's place in one partition.
struct Position {
  std::string topic;
  std::int32_t partition = 0;
  Offset next = 0;
};

/// Bounds of one read; whichever is met first. One record is always returned if there is one.
struct ReadLimits {
  std::size_t records = 1'000;
  std::size_t bytes = 4U << 20U;
};

}  // namespace zhida::log
