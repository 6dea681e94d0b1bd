// A system that cannot start says why and ends, whatever of it runs already.

#include "platform/http/server.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <filesystem>
#include <string>

namespace zhida {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Start, OnAPortThatIsTakenEndsWithASentenceAndLeavesTheDirectoryFree) {
  const test::TemporaryDirectory files;
  boost::asio::io_context io{1};
  const auto taken = http::listen(io.get_executor(), "127.0.0.1", 0);
  const std::string port = std::to_string(taken.local_endpoint().port());
  const test::Ran ran = test::run_program("zhida", {"serve", "--data", files.path(), "--port", port}, 10s);
  EXPECT_EQ(ran.status, 1) << ran.errors;
  EXPECT_THAT(ran.errors, HasSubstr("zhida: cannot listen on 127.0.0.1:" + port + ": Address already in use\n"));
  EXPECT_FALSE(std::filesystem::exists(files / "server.json"));

  test::Standalone zhida(files.path());
  EXPECT_EQ(zhida.stop(), 0);
}

/// What is wrong is found out when Redis runs already.
TEST(Start, WithAnotherNumberOfPartitionsEndsWithASentenceAndStopsRedis) {
  const test::TemporaryDirectory files;
  {
    test::Standalone zhida(files.path(), {"--partitions", "2"});
    EXPECT_EQ(zhida.stop(), 0);
  }
  const test::Ran ran = test::run_program("zhida", {"serve", "--data", files.path(), "--port", "0", "--partitions", "3"}, 10s);
  EXPECT_EQ(ran.status, 1) << ran.errors;
  EXPECT_THAT(ran.errors, HasSubstr("partitions"));
  EXPECT_FALSE(std::filesystem::exists(files / "redis/redis.pid"));
}

}  // namespace
}  // namespace zhida
