#pragma once

#include "gateway/gateway.hpp"
#include "services/gateway/upstream_process.hpp"
#include "services/gateway/wire.hpp"
#include "support/child_process.hpp"
#include "support/redis_server.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <thread>

namespace zhida::gateway {

/// The gateway in front of two processes that serve pages.
class GatewayTest : public testing::Test {
 protected:
  using Clock = std::chrono::steady_clock;

  /// Starts it; nobody serves anything else than pages.
  void start(const std::string& page, Resolve resolve = nullptr) {
    Settings settings;
    settings.port = std::to_string(test::RedisServer::free_port());
    settings.operators = settings.effect = "127.0.0.1:" + std::to_string(test::RedisServer::free_port());
    settings.page = page;
    settings.log_level = "error";
    gateway_ = std::make_unique<test::ChildProcess>([settings, resolve] {
      serve(settings, resolve);
      return 0;
    });
    port_ = settings.port;
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    while (!connect() && Clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  /// Asks it to end; how it ended.
  int stop() {
    ::kill(gateway_->pid(), SIGTERM);
    return gateway_->wait();
  }

  Wire::Stream connect() const { return Wire::Stream("127.0.0.1", port_); }

  struct Answer {
    Wire::Head head;
    std::string body;
    int status() const { return head.status(); }
  };

  /// One request on a connection of its own.
  Answer ask(const std::string& verb, const std::string& target, const std::string& body = "") const {
    Wire::Stream stream = connect();
    Wire wire(stream);
    const std::string length = verb == "GET" ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    wire.send(verb + " " + target + " HTTP/1.1\r\nHost: zhida\r\n" + length + "\r\n" + body);
    Answer answer;
    answer.head = wire.read_head();
    answer.body = wire.read_body(answer.head);
    return answer;
  }

  /// Who answers, asked ten times.
  std::set<std::string> who() const {
    std::set<std::string> names;
    for (int i = 0; i < 10; ++i) names.insert(ask("GET", "/page/who").body);
    return names;
  }

  /// Whether it is `names`, within ten seconds.
  testing::AssertionResult comes_to_be(const std::set<std::string>& names) const {
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    for (;;) {
      const std::set<std::string> found = who();
      if (found == names) return testing::AssertionSuccess();
      if (Clock::now() > deadline) return testing::AssertionFailure() << testing::PrintToString(found) << " answer";
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  /// It stands still when this returns: a signal takes its time to another processor.
  static bool freeze(const UpstreamProcess& process) {
    int status = 0;
    return ::kill(process.pid(), SIGSTOP) == 0 && ::waitpid(process.pid(), &status, WUNTRACED) == process.pid() && WIFSTOPPED(status);
  }

  int requests() { return first.shared().requests + second.shared().requests; }

  UpstreamProcess first{"first"}, second{"second"};

 private:
  std::unique_ptr<test::ChildProcess> gateway_;
  std::string port_;
};

}  // namespace zhida::gateway
