// `zhida topics`: what makes and verifies the topics before the services start.

#include "kafka/kafka_broker.hpp"
#include "support/standalone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace zhida {
namespace {

int topics(const std::vector<std::string>& more, std::string* output = nullptr) {
  std::vector<std::string> words = {
      "topics", "--brokers", test::KafkaBroker::shared().plain(), "--topic-prefix", "job.", "--replication", "1", "--min-in-sync", "1"};
  words.insert(words.end(), more.begin(), more.end());
  return test::run_zhida(words, output);
}

TEST(Topics, AreMadeOnceVerifiedAfterwardsAndNeverChanged) {
  std::string first, second;
  EXPECT_EQ(topics({"--create-topics", "false", "--partitions", "2"}), 1);
  EXPECT_EQ(topics({"--partitions", "2"}, &first), 0);
  EXPECT_THAT(first, testing::HasSubstr("14 topics are as they must be; log "));
  EXPECT_EQ(topics({"--create-topics", "false", "--partitions", "2"}, &second), 0);
  EXPECT_EQ(first, second) << "the same log";
  EXPECT_EQ(topics({"--partitions", "3"}), 1) << "another number of partitions";
  EXPECT_EQ(topics({"--partitions", "0"}), 1) << "a mistake in the settings";
}

}  // namespace
}  // namespace zhida
