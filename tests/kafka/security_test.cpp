// Logins and certificates, on a broker that asks for them: what is right works, what is wrong is said in a sentence and soon.

#include "kafka/logs.hpp"
#include "kafka/secured_broker.hpp"
#include "platform/log/log_records.hpp"
#include "support/run_coroutine.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Layout one_topic() { return {{"facts", 2, Retention::forever()}}; }

template <test::Kafka kafka>
class SecurityOf : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (test::absence_of_brokers(kafka).empty()) broker_ = std::make_unique<test::SecuredBroker>(kafka);
  }
  static void TearDownTestSuite() { broker_.reset(); }
  void SetUp() override {
    if (const std::string& reason = test::absence_of_brokers(kafka); !reason.empty()) GTEST_SKIP() << reason;
    static int count = 0;
    settings.topic_prefix = fmt::format("secured-{}.", ++count);
    settings.replication = settings.min_in_sync = 1;
  }

  static const test::SecuredBroker& broker() { return *broker_; }

  void log_in(const std::string& mechanism) {
    settings.sasl_mechanism = mechanism;
    settings.username = "zhida";
    settings.password = "secret";
  }
  void use_scram() {
    settings.brokers = broker().sasl_plaintext();
    settings.security = "sasl_plaintext";
    log_in("SCRAM-SHA-256");
  }
  void use_tls() {
    settings.brokers = broker().sasl_ssl();
    settings.security = "sasl_ssl";
    settings.ca_file = broker().authority();
    log_in("PLAIN");
  }
  void use_certificate() {
    settings.brokers = broker().ssl();
    settings.security = "ssl";
    settings.ca_file = broker().authority();
    settings.certificate_file = broker().client_certificate();
    settings.key_file = broker().client_key();
  }

  /// Appends, reads it back from the brokers, and has a part in a group.
  void expect_works() {
    auto log = test::open_kafka_log(io, settings, one_topic());
    auto body = [](EventLog& first) -> asio::awaitable<void> {
      co_await append_one(first, record("facts", 0, "k", "a"));
      co_await append_one(first, record("facts", 0, "k", "b"));
      std::vector<std::string> topics(1, "facts");
      const auto member = co_await first.join("readers", std::move(topics));
      EXPECT_TRUE(member.has_value()) << member.error().message();
      if (!member) co_return;
      EXPECT_THAT((*member)->assignment().partitions, ElementsAre(0, 1));
    };
    test::run_coroutine(io, body(*log), 30s);
    log.reset();
    auto again = test::open_kafka_log(io, settings, one_topic());
    auto read = [](EventLog& second) -> asio::awaitable<void> {
      const auto all = co_await read_all(second, "facts", 0, 0);
      EXPECT_THAT(values_of(all), ElementsAre("a", "b"));
    };
    test::run_coroutine(io, read(*again), 30s);
  }

  /// What it says when it cannot be opened, within twenty seconds.
  std::string refusal() {
    const auto began = std::chrono::steady_clock::now();
    std::string said = test::refusal(settings, one_topic());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
    return said;
  }

  asio::io_context io{1};
  KafkaSettings settings;

 private:
  static inline std::unique_ptr<test::SecuredBroker> broker_;
};

using KafkaSecurity = SecurityOf<test::Kafka::current>;
using KafkaSecurityBefore4 = SecurityOf<test::Kafka::before_4>;

TEST_F(KafkaSecurityBefore4, LogsInByScram) {
  use_scram();
  expect_works();
}

TEST_F(KafkaSecurityBefore4, LogsInByScramOverTls) {
  use_tls();
  log_in("SCRAM-SHA-256");
  expect_works();
}

TEST_F(KafkaSecurity, LogsInByScramOrSaysWhyItCannot) {
  use_scram();
  if (rd_kafka_version() >= 0x020601ff)
    expect_works();
  else
    EXPECT_THAT(refusal(), HasSubstr("cannot log in by SCRAM to Kafka 4 and later: use PLAIN over sasl_ssl"));
}

TEST_F(KafkaSecurity, LogsInOverTls) {
  use_tls();
  expect_works();
}

TEST_F(KafkaSecurity, ShowsACertificate) {
  use_certificate();
  expect_works();
}

TEST_F(KafkaSecurity, SaysThatAPasswordIsWrong) {
  use_scram();
  settings.password = "hidden";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("refuse the login of user \"zhida\""), Not(HasSubstr("hidden"))));
  use_tls();
  settings.password = "hidden";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("refuse the login of user \"zhida\""), Not(HasSubstr("hidden"))));
}

TEST_F(KafkaSecurity, SaysThatAMechanismIsNotOffered) {
  use_scram();
  settings.sasl_mechanism = "SCRAM-SHA-512";
  EXPECT_THAT(refusal(), HasSubstr("refuse the login of user \"zhida\""));
}

TEST_F(KafkaSecurity, TrustsNoCertificateOfAnotherAuthority) {
  use_tls();
  settings.ca_file = broker().stranger();
  EXPECT_THAT(refusal(), AllOf(HasSubstr("no trusted connection"), HasSubstr("certificate")));
}

TEST_F(KafkaSecurity, EndsWithoutTheCertificateThatIsAskedFor) {
  use_certificate();
  settings.certificate_file.clear();
  settings.key_file.clear();
  EXPECT_THAT(test::refusal(settings, one_topic()), HasSubstr("no Kafka broker of"));
}

}  // namespace
}  // namespace zhida::log
