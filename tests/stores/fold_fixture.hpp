#pragma once

#include "platform/log/memory_log.hpp"
#include "platform/redis/connect.hpp"
#include "platform/runtime/task_group.hpp"
#include "stores/deliveries/deliveries_fold.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/delivery_world.hpp"
#include "stores/fold/fold_runner.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace zhida::test {

/// The runners of both partitions, as one process has them; they can be killed at any moment.
class Folders {
 public:
  Folders(boost::asio::any_io_executor executor, log::EventLog& log, redis::Client& redis, const stores::DeliveriesFold& fold,
          stores::Progress& progress, stores::DeadLetters& dead_letters)
      : tasks_(executor, [](std::string_view reason) { ADD_FAILURE() << "a runner failed: " << reason; }) {
    stores::FoldRunner::Settings settings;
    settings.batch_records = 50;
    settings.cache_fields = 300;
    settings.first_delay = std::chrono::milliseconds(2);
    settings.longest_delay = std::chrono::milliseconds(20);
    settings.check = std::chrono::milliseconds(20);
    for (int partition = 0; partition < world_partitions; ++partition) {
      runners.push_back(std::make_unique<stores::FoldRunner>(executor, log, redis, fold, partition, progress, dead_letters,
                                                             stores::FoldRunner::Report(), settings));
      tasks_.spawn(runners.back()->run());
    }
  }

  boost::asio::awaitable<void> kill(boost::asio::cancellation_type how = boost::asio::cancellation_type::terminal) {
    tasks_.stop(how);
    co_await tasks_.join();
  }

  std::vector<std::unique_ptr<stores::FoldRunner>> runners;

 private:
  runtime::TaskGroup tasks_;
};

class FoldTest : public testing::Test {
 protected:
  /// Over a server of its own, or over others.
  explicit FoldTest(redis::Servers others = {})
      : servers(others.addresses.empty() ? redis::Servers(address()) : std::move(others)),
        tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }) {
    tasks.spawn(writer.run());
    tasks.spawn(other_writer.run());
    tasks.spawn(reader_client.run());
  }
  ~FoldTest() override {
    tasks.stop(boost::asio::cancellation_type::terminal);
    io.restart();
    io.run_for(std::chrono::seconds(2));
  }

  redis::Address address() const {
    redis::Address at;
    at.host = "127.0.0.1";
    at.port = server.port();
    return at;
  }
  std::unique_ptr<Folders> start(redis::Client& redis) {
    return std::make_unique<Folders>(io.get_executor(), log, redis, fold, progress, dead_letters);
  }
  boost::asio::awaitable<void> sleep(std::chrono::microseconds time) {
    boost::asio::steady_timer timer(io, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }

  boost::asio::awaitable<void> append(std::vector<log::NewRecord> records) {
    const auto appended = co_await log.append(std::move(records));
    EXPECT_TRUE(appended.has_value());
  }
  /// Waits until everything in the log is folded and readable.
  boost::asio::awaitable<void> catch_up() {
    for (int attempt = 0; attempt < 10'000; ++attempt) {
      const auto folded = co_await reader.folded_to();
      bool all = folded.has_value();
      for (int partition = 0; all && partition < world_partitions; ++partition)
        for (const std::string& topic : fold.topics()) {
          const boost::system::result<log::Range> range = co_await log.range(topic, partition);
          all = all && folded->at(topic)[static_cast<std::size_t>(partition)] >= range->end;
        }
      if (all) co_return;
      co_await sleep(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the log is not folded";
  }
  /// Waits until a look at Redis gives `count` keys that match `pattern`.
  boost::asio::awaitable<void> expect_keys(std::string pattern, std::size_t count) {
    std::size_t found = 0;
    for (int attempt = 0; attempt < 10'000; ++attempt) {
      const auto keys = co_await reader_client.command("KEYS", pattern);
      found = keys ? keys->items.size() : 0;
      if (found == count) co_return;
      co_await sleep(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << found << " keys like " << pattern << ", not " << count;
  }
  boost::asio::awaitable<void> expect_exact();

  boost::asio::io_context io{1};
  RedisServer server;
  log::MemoryLog log{delivery_layout()};
  redis::Servers servers;
  std::unique_ptr<redis::Client> clients[3] = {redis::connect(io.get_executor(), servers), redis::connect(io.get_executor(), servers),
                                               redis::connect(io.get_executor(), servers)};
  redis::Client& writer = *clients[0];
  redis::Client& other_writer = *clients[1];
  redis::Client& reader_client = *clients[2];
  stores::DeliveriesFold fold{stores::DeliveriesFold::Settings{world_partitions, 16}};
  stores::Progress progress{io.get_executor()};
  stores::DeadLetters dead_letters{log, [] { return domain::Instant(std::chrono::milliseconds(1'800'000'000'000)); }};
  stores::DeliveriesReader reader{reader_client, fold, world_partitions, progress};
  runtime::TaskGroup tasks;
};

}  // namespace zhida::test
