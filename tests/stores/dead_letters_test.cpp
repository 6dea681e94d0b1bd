// What is put aside, whatever bytes somebody put into a topic.

#include "stores/fold/dead_letters.hpp"

#include "contracts/dead_letters/dead_letter.hpp"
#include "platform/log/memory_log.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace zhida::stores {
namespace {

namespace asio = boost::asio;

TEST(DeadLetters, AreReadableAndFitWhateverTheRecordHolds) {
  asio::io_context io{1};
  log::MemoryLog log({{"dead-letters", 1, log::Retention::forever()}});
  DeadLetters letters(log, [] { return domain::start_of(std::chrono::year(2026) / 11 / 23); });
  auto body = [&]() -> asio::awaitable<void> {
    const std::string bytes("\xff\xfe\0abc", 6);
    auto record = std::make_shared<log::Record>();
    record->key = bytes;
    record->event.type = bytes + std::string(100'000, 't');
    DeadLetters::Input input;
    input.topic = "facts";
    input.record = record;
    input.poison.reason = {"", "type", "a record of type \"" + record->event.type + "\"", record->event.type};
    input.poison.content = std::string(16U << 20U, '\xff');
    std::vector<DeadLetters::Input> inputs;
    inputs.push_back(std::move(input));
    const auto kept = co_await letters.quarantine(std::move(inputs));
    EXPECT_TRUE(kept.has_value());
    const auto batch = co_await log.read("dead-letters", 0, 0, log::ReadLimits());
    EXPECT_EQ(batch->records.size(), 1U);
    EXPECT_LT(batch->records[0]->value.size(), 2U << 20U) << "it must fit where the record did";
    const auto letter = contracts::read_dead_letter(batch->records[0]->value);
    EXPECT_TRUE(letter.has_value()) << letter.error().front().pointer << letter.error().front().detail;
    if (!letter) co_return;
    EXPECT_EQ(letter->value, std::string(1U << 20U, '\xff')) << "the beginning, byte by byte";
    EXPECT_TRUE(letter->event_type.ends_with("ttt")) << letter->event_type.substr(0, 50);
    EXPECT_TRUE(letter->reason.detail.starts_with("a record of type"));
  };
  test::run_coroutine(io, body());
}

}  // namespace
}  // namespace zhida::stores
