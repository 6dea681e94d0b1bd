// What a service of the cluster is told, and how it says what is wrong with it.

#include "node/cluster_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <stdexcept>
#include <string>

namespace zhida::node {
namespace {

/// What is wrong with `line`; empty if nothing is. `log_only`: read as by a tool that needs the log alone.
std::string mistakes(const std::string& line, bool log_only) {
  CLI::App app;
  ClusterOptions options;
  if (log_only)
    options.add_log_to(app);
  else
    options.add_to(app);
  app.parse(line);
  try {
    log_only ? options.log_settings() : options.settings();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(ClusterSettings, NameEveryMistakeAtOnce) {
  EXPECT_THAT(
      mistakes("--metrics-port everybody --create-topics perhaps", false),
      testing::AllOf(testing::HasSubstr("brokers are not named"), testing::HasSubstr("Redis is not named"),
                     testing::HasSubstr("file of API keys"), testing::HasSubstr("file of the master key"),
                     testing::HasSubstr("the port of the metrics is \"everybody\""), testing::HasSubstr("create-topics is \"perhaps\"")));
}

TEST(ClusterSettings, OfTheLogAloneNeedNeitherRedisNorKeys) {
  EXPECT_EQ(mistakes("--brokers kafka:9092", true), "");
  EXPECT_THAT(mistakes("--brokers kafka --min-in-sync 5", true),
              testing::AllOf(testing::HasSubstr("\"kafka\" is not host:port"), testing::HasSubstr("nothing could ever be appended")));
}

TEST(ClusterSettings, LetNobodyElseReadMetricsUnlessTold) {
  CLI::App app;
  ClusterOptions options;
  options.add_to(app);
  const std::string files = " --keys /proc/self/exe --master-key /proc/self/exe";  // files that are there
  app.parse("--brokers kafka:9092 --redis redis://redis" + files);
  EXPECT_FALSE(options.settings().metrics_port);
  app.parse("--brokers kafka:9092 --redis redis://redis --metrics-port 9464" + files);
  EXPECT_EQ(options.settings().metrics_port, 9464);
}

}  // namespace
}  // namespace zhida::node
