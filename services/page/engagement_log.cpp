#include "page/engagement_log.hpp"

#include "contracts/topics.hpp"
#include "domain/enterprise/uscc.hpp"
#include "platform/runtime/timeout.hpp"

#include <utility>

namespace zhida::page {

boost::asio::awaitable<bool> EngagementLog::append(std::vector<contracts::EngagementRecorded> events, domain::Instant now,
                                                   std::string traceparent) {
  std::vector<log::NewRecord> records;
  records.reserve(events.size());
  for (contracts::EngagementRecorded& event : events) {
    log::NewRecord record;
    record.topic = contracts::topics::engagements;
    record.partition = enterprise::partition_of(event.uscc, partitions_);
    record.key = event.uscc.text();
    record.value = contracts::to_json(event);
    record.event.id = std::move(event.id);
    record.event.type = contracts::EngagementRecorded::type_name;
    record.event.source = "/page";
    record.event.time_ms = now.time_since_epoch().count();
    record.event.traceparent = traceparent;
    records.push_back(std::move(record));
  }
  const auto appended = co_await runtime::within(patience_, log_.append(std::move(records)));
  co_return appended.has_value();
}

}  // namespace zhida::page
