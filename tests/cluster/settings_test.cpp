// Programs whose settings are wrong end at once, and say everything that is wrong.

#include "support/standalone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace zhida {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

TEST(Settings, ThatAreWrongOrContradictoryStopEveryServiceWithAllMistakes) {
  for (const std::string program : {"zhida-operator", "zhida-matcher", "zhida-dispatcher", "zhida-page", "zhida-effect"}) {
    const test::Ran ran = test::run_program(program, {"--brokers",       "kafka,other:0",
                                                      "--replication",   "2",
                                                      "--min-in-sync",   "5",
                                                      "--partitions",    "none",
                                                      "--kafka-user",    "zhida",
                                                      "--kafka-ca",      "/nowhere.pem",
                                                      "--compression",   "rar",
                                                      "--redis",         "http://redis",
                                                      "--port",          "99999",
                                                      "--create-topics", "perhaps",
                                                      "--keys",          "/nowhere",
                                                      "--log-level",     "loud"},
                                            30s);
    EXPECT_EQ(ran.status, 1) << program;
    EXPECT_EQ(ran.output, "") << program;
    EXPECT_THAT(ran.errors, HasSubstr(program + ": settings are wrong:\n"));
    for (const char* const mistake :
         {"broker \"kafka\" is not host:port", "broker \"other:0\" is not host:port", "min in-sync replicas (5) exceed the replication (2)",
          "the number of partitions is \"none\"", "SASL settings are given, but security is plaintext",
          "TLS files are given, but security is plaintext", "compression is \"rar\"", "the URL of Redis cannot be read",
          "the port is \"99999\"", "create-topics is \"perhaps\"", "the file of API keys names /nowhere, which is no file",
          "the file of the master key is not set", "the log level is \"loud\""})
      EXPECT_THAT(ran.errors, HasSubstr("\n  - " + std::string(mistake))) << program;
  }
}

TEST(Settings, ThatAreWrongStopTheGatewayWithAllMistakes) {
  const test::Ran ran = test::run_program(
      "zhida",
      {"gateway", "--port", "http", "--metrics-port", "70000", "--operator", "operator", "--page", "page:80,page:0", "--log-level", "loud"},
      30s);
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.errors, AllOf(HasSubstr("settings are wrong:\n"), HasSubstr("\n  - the port is \"http\""),
                                HasSubstr("\n  - the port of the metrics is \"70000\""),
                                HasSubstr("\n  - processes of operator: \"operator\" is not host:port"),
                                HasSubstr("\n  - processes of page: \"page:0\" is not host:port"),
                                HasSubstr("\n  - no process of effect is named"), HasSubstr("\n  - the log level is \"loud\"")));
}

TEST(Settings, ThatDoNotExistAreNamed) {
  const test::Ran ran = test::run_program("zhida-matcher", {"--brocers", "kafka:9092"}, 30s);
  EXPECT_NE(ran.status, 0);
  EXPECT_THAT(ran.errors, HasSubstr("--brocers"));
}

}  // namespace
}  // namespace zhida
