#include "standalone/retention.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string>

namespace zhida::standalone {
namespace {

namespace asio = boost::asio;

/// The first offset at or behind `from` whose record is not older than `oldest`, at most `end`.
asio::awaitable<log::Offset> first_to_keep(log::EventLog& log, const std::string& topic, log::Offset from, log::Offset end,
                                           domain::Instant oldest) {
  while (from < end) {
    const auto batch = co_await log.read(topic, 0, from);
    if (batch.has_error()) co_return from;
    for (const log::RecordPtr& record : batch->records) {
      if (record->offset >= end) co_return end;
      if (record->event.time_ms >= oldest.time_since_epoch().count()) co_return record->offset;
    }
    from = batch->next;
  }
  co_return end;
}

}  // namespace

asio::awaitable<void> run_retention(log::EventLog& log, const stores::CatalogStore& catalog, std::function<domain::Instant()> now,
                                    const observe::Log& journal) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(std::chrono::hours(1));
    co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
    for (const log::TopicLayout& topic : log.layout()) {
      if (topic.retention.kind == log::Retention::Kind::compacted) {
        const auto compacted = co_await log.compact(topic.name);
        if (compacted.has_error()) journal.warning("retention.failed", {{"topic", topic.name}, {"reason", compacted.error().message()}});
      }
      // Of topics kept for days there is one, `commands`; what its owner has not answered stays.
      if (topic.retention.kind != log::Retention::Kind::days || !catalog.answered_to()) continue;
      const auto range = co_await log.range(topic.name, 0);
      if (range.has_error()) continue;
      const domain::Instant oldest = now() - std::chrono::days(topic.retention.days);
      const log::Offset keep = co_await first_to_keep(log, topic.name, range->start, *catalog.answered_to(), oldest);
      if (keep == range->start) continue;
      const auto trimmed = co_await log.trim(topic.name, 0, keep);
      if (trimmed.has_error()) journal.warning("retention.failed", {{"topic", topic.name}, {"reason", trimmed.error().message()}});
    }
  }
}

}  // namespace zhida::standalone
