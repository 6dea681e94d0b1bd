#include "operator/intake/resealer.hpp"

#include "contracts/profiles/profile_patched.hpp"
#include "contracts/topics.hpp"
#include "domain/delivery/facts.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds pause{5};
constexpr std::chrono::seconds longest_fold_lag{2};  // a stop waits for it

log::NewRecord name_record(const enterprise::Uscc& uscc, const std::string& sealed, int partition, domain::Instant now) {
  contracts::ProfilePatched patch;
  patch.uscc = uscc;
  patch.recorded_at = now;
  patch.sealed_name = sealed;
  log::NewRecord record;
  record.topic = contracts::topics::profiles;
  record.partition = partition;
  record.key = uscc.text();
  contracts::append_json(record.value, patch);
  record.event.id = fmt::format("{}-{:016x}", record.key, delivery::hash_of(record.value));
  record.event.type = contracts::ProfilePatched::type;
  record.event.source = "/operator";
  record.event.time_ms = now.time_since_epoch().count();
  return record;
}

}  // namespace

asio::awaitable<void> Resealer::run() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(pause);
    co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
    const std::size_t names = co_await look();
    if (names != 0) journal_.info("names.sealed_again", {{"names", names}});
  }
}

asio::awaitable<std::size_t> Resealer::look() {
  std::vector<log::NewRecord> records;
  for (int partition = 0; partition < profiles_.partitions(); ++partition) {
    if (!profiles_.ready(partition)) continue;
    for (const stores::Row row : profiles_.with_replaced_keys(partition)) {
      const enterprise::Uscc uscc = profiles_.uscc(partition, row);
      if (const auto sealed = sealer_.seal_again(uscc)) records.push_back(name_record(uscc, *sealed, partition, now_()));
    }
  }
  if (records.empty()) co_return 0;
  std::vector<int> partitions;
  for (const log::NewRecord& record : records) partitions.push_back(record.partition);
  const auto offsets = co_await log_.append(std::move(records));
  if (!offsets) co_return 0;  // the next look tries again
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const bool folded =
        co_await profiles_.progress().wait_until(contracts::topics::profiles, partitions[i], (*offsets)[i], longest_fold_lag);
    if (!folded) co_return 0;
  }
  co_return partitions.size();
}

}  // namespace zhida::operators
