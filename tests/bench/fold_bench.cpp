// How fast the deliveries fold runs: `fold_bench UNIX_SOCKET [enterprises]`, on a redis-server of its own that it may flush.
//
// Four partitions of one process, as standalone has them: a campaign to all is decided, then delivered, each in the matcher's order of
// enterprises, then read.

#include "contracts/intents/intents_decided.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/redis/server_client.hpp"
#include "platform/runtime/task_group.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/fold/fold_runner.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace zhida;
using Clock = std::chrono::steady_clock;

constexpr int partitions = 4;
const domain::Instant decided_at = domain::start_of(domain::Date(std::chrono::year(2026) / 11 / 23));

enterprise::Uscc random_uscc(std::mt19937& random) {
  std::string text = "91310117";
  while (text.size() < 17) text += enterprise::Uscc::alphabet[random() % 31];
  return *enterprise::Uscc::make(text);
}

log::NewRecord record(std::string topic, int partition, std::string_view type, std::string value) {
  log::NewRecord made;
  made.topic = std::move(topic);
  made.partition = partition;
  made.value = std::move(value);
  made.event.type = type;
  return made;
}

std::vector<log::NewRecord> intents(int partition, const std::vector<enterprise::Uscc>& audience, std::mt19937& random) {
  contracts::IntentsHeader header;
  header.campaign = 1;
  header.decided_at = decided_at;
  header.items.emplace_back();
  header.items.back().id = "SJ-HNTE-2024-NEW";
  header.items.back().version = 1;
  constexpr std::string_view sizes[] = {"micro", "micro", "micro", "small", "small", "medium", "large"};
  std::vector<log::NewRecord> records;
  for (std::size_t at = 0; at < audience.size();) {
    contracts::IntentsWriter writer(header);
    for (; writer.facts() < 1000 && at < audience.size(); ++at) {
      const std::string street = std::to_string(310117001 + random() % 17);
      contracts::Facets facets;
      facets.size_class = sizes[random() % 7];
      facets.street = street;
      const delivery::ItemDecision item{delivery::Verdict::eligible, delivery::Window::open, 100'000};
      writer.add(audience[at], delivery::State::matched, delivery::Reason::none, facets, std::span(&item, 1),
                 R"({"size_class":"small","employees":42})");
    }
    records.push_back(record("intents", partition, contracts::IntentsWriter::type, writer.finish()));
  }
  return records;
}

std::vector<log::NewRecord> receipts(int partition, const std::vector<enterprise::Uscc>& audience) {
  std::vector<log::NewRecord> records;
  for (std::size_t at = 0; at < audience.size();) {
    contracts::ReceiptsRecorded block;
    block.header.campaign = 1;
    block.header.at = decided_at;
    for (; block.facts.size() < 1000 && at < audience.size(); ++at) {
      contracts::Receipt receipt;
      receipt.uscc = audience[at];
      receipt.state = delivery::State::delivered;
      block.facts.push_back(receipt);
    }
    records.push_back(record("receipts", partition, contracts::ReceiptsRecorded::type, contracts::to_json(block)));
  }
  return records;
}

class Bench {
 public:
  Bench(asio::io_context& io, redis::Address address) : client_(io.get_executor(), address), reads_(io.get_executor(), address), io_(io) {}

  asio::awaitable<void> run(std::size_t enterprises) {
    runtime::TaskGroup tasks(
        io_.get_executor(), [](std::string_view reason) { std::printf("failed: %.*s\n", static_cast<int>(reason.size()), reason.data()); });
    tasks.spawn(client_.run());
    tasks.spawn(reads_.run());
    co_await client_.wait_until_connected();
    co_await reads_.wait_until_connected();
    const auto flushed = co_await client_.command("FLUSHALL");
    const double empty = co_await redis_memory();
    std::mt19937 random(1);
    std::vector<std::vector<enterprise::Uscc>> audiences(partitions);
    for (std::size_t i = 0; i < enterprises; ++i) {
      const enterprise::Uscc uscc = random_uscc(random);
      audiences[static_cast<std::size_t>(enterprise::partition_of(uscc, partitions))].push_back(uscc);
    }
    for (auto& audience : audiences)
      std::ranges::sort(audience, {}, [](const enterprise::Uscc& uscc) { return std::pair(enterprise::hash_of(uscc) >> 32U, uscc); });
    std::vector<std::unique_ptr<stores::FoldRunner>> runners;
    for (int partition = 0; partition < partitions; ++partition) {
      runners.push_back(std::make_unique<stores::FoldRunner>(io_.get_executor(), log_, client_, fold_, partition, progress_, letters_));
      tasks.spawn(runners.back()->run());
    }
    for (int partition = 0; partition < partitions; ++partition) {
      const std::size_t place = static_cast<std::size_t>(partition);
      std::vector<log::NewRecord> made = intents(partition, audiences[place], random);
      const auto appended = co_await log_.append(std::move(made));
    }
    co_await folded("intents", enterprises);
    for (int partition = 0; partition < partitions; ++partition) {
      std::vector<log::NewRecord> made = receipts(partition, audiences[static_cast<std::size_t>(partition)]);
      const auto appended = co_await log_.append(std::move(made));
    }
    co_await folded("receipts", enterprises);
    const double full = co_await redis_memory();
    std::printf("Redis: %.1f bytes an enterprise with one delivered item, keys and counters included\n",
                (full - empty) / static_cast<double>(enterprises));
    std::printf("of which counters, headers and marks: %.2f bytes a delivery\n",
                co_await memory_beside_ledgers() / static_cast<double>(enterprises));
    const auto slow = co_await client_.command("INFO", "latencystats");
    if (slow) {
      const std::size_t at = slow->text.find("latency_percentiles_usec_evalsha");
      if (at != std::string::npos) std::printf("%s\n", slow->text.substr(at, slow->text.find('\n', at) - at).c_str());
    }
    const auto totals = co_await reader_.campaign(1);
    if (totals)
      std::printf("decided %lld, delivered %lld\n", static_cast<long long>(totals->campaign.decided),
                  static_cast<long long>(totals->campaign.delivered));
    tasks.stop(asio::cancellation_type::terminal);
    co_await tasks.join();
  }

 private:
  asio::awaitable<double> redis_memory() {
    const auto info = co_await client_.command("INFO", "memory");
    const std::size_t at = info->text.find("used_memory:");
    co_return std::strtod(info->text.c_str() + at + 12, nullptr);
  }

  asio::awaitable<double> memory_beside_ledgers() {
    const auto keys = co_await client_.command("KEYS", "zhida:*");
    double bytes = 0;
    for (const redis::Reply& key : keys->items) {
      if (key.text.find(":e:") != std::string::npos) continue;
      const auto used = co_await client_.command("MEMORY", "USAGE", key.text, "SAMPLES", "0");
      bytes += static_cast<double>(used->integer);
    }
    co_return bytes;
  }

  asio::awaitable<void> folded(std::string topic, std::size_t facts) {
    const auto began = Clock::now();
    for (int partition = 0; partition < partitions; ++partition) {
      const auto range = co_await log_.range(topic, partition);
      const bool done = co_await progress_.wait_until(topic, partition, range->end - 1, std::chrono::minutes(5));
      if (!done) std::printf("not folded\n");
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::printf("%s: %zu facts in %.2f s: %.0f facts/s\n", topic.c_str(), facts, seconds, static_cast<double>(facts) / seconds);
  }

  static log::Layout layout() {
    log::Layout topics;
    for (const char* name : {"intents", "intents-urgent", "receipts", "receipts-urgent", "engagements", "outcomes", "dead-letters"})
      topics.push_back({name, partitions, log::Retention::forever()});
    return topics;
  }

  redis::ServerClient client_, reads_;
  asio::io_context& io_;
  log::MemoryLog log_{layout()};
  stores::DeliveriesFold fold_{stores::DeliveriesFold::Settings{partitions}};
  stores::Progress progress_{io_.get_executor()};
  stores::DeadLetters letters_{log_, [] { return decided_at; }};
  stores::DeliveriesReader reader_{reads_, fold_, partitions, progress_};
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::printf("usage: fold_bench UNIX_SOCKET [enterprises]\n");
    return 2;
  }
  asio::io_context io{1};
  redis::Address address;
  address.socket = arguments[1];
  Bench bench(io, address);
  asio::co_spawn(io, bench.run(count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 200'000), asio::detached);
  io.run();
}
