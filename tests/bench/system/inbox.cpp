#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/system/benches.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"
#include "bench/system/requests.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace zhida::bench {
namespace {

constexpr std::uint64_t pages = 1'000;
constexpr std::size_t requests = 20'000, connections = 16;
constexpr int rounds = 5;

/// The bare server as a process of its own.
class BareServer {
 public:
  BareServer(std::string socket, const std::filesystem::path& port_file) {
    std::string self = "/proc/self/exe", name = "bare-server", file = port_file.string();
    char* argv[] = {self.data(), name.data(), socket.data(), file.data(), nullptr};
    if (posix_spawn(&pid_, self.c_str(), nullptr, nullptr, argv, environ) != 0) throw std::runtime_error("the bare server does not start");
    const bool up = test::eventually([&] { return static_cast<bool>(std::ifstream(file) >> port_); });
    if (!up) throw std::runtime_error("the bare server does not listen");
  }
  ~BareServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

/// Puts what the inboxes answer into Redis, for the bare server. Returns their mean size.
double copy_inboxes(const LoadedSystem& system) {
  std::vector<std::string> inboxes(pages);
  const std::string key = system.key("page");
  std::size_t sum = 0;
  for (std::uint64_t i = 0; i < pages; ++i) {
    inboxes[i] = system.zhida().get(LoadedSystem::inbox_of(i, key).target, key).body;
    sum += inboxes[i].size();
  }
  system.with_redis([&inboxes](redis::Client& redis) -> boost::asio::awaitable<void> {
    for (std::uint64_t i = 0; i < pages; ++i) {
      const std::string name = "bare:" + LoadedSystem::uscc(i);
      const auto reply = co_await redis.command("SET", name, inboxes[i]);
      if (!reply || reply->is_error()) throw std::runtime_error("Redis does not take an inbox");
    }
  });
  return static_cast<double>(sum) / pages;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

namespace {

using RequestOf = std::function<http::ClientRequest(std::uint64_t)>;

struct Contest {
  std::vector<double> our_rates, their_rates, ratios, our_cpu, their_cpu;
  Durations our_durations;
};

Contest compete(LoadedSystem::Server ours, const RequestOf& our_request, LoadedSystem::Server theirs, const RequestOf& their_request) {
  drive(ours.port, requests / 10, connections, our_request);
  drive(theirs.port, requests / 10, connections, their_request);
  Contest contest;
  for (int round = 0; round < rounds; ++round) {
    const double our_before = use_of(ours.pid).cpu_seconds, their_before = use_of(theirs.pid).cpu_seconds;
    Round mine = drive(ours.port, requests, connections, our_request);
    const Round other = drive(theirs.port, requests, connections, their_request);
    contest.our_cpu.push_back(1e6 * (use_of(ours.pid).cpu_seconds - our_before) / requests);
    contest.their_cpu.push_back(1e6 * (use_of(theirs.pid).cpu_seconds - their_before) / requests);
    contest.our_rates.push_back(mine.per_second);
    contest.their_rates.push_back(other.per_second);
    contest.ratios.push_back(mine.per_second / other.per_second);
    contest.our_durations = std::move(mine.durations);
  }
  return contest;
}

void print_ours(const std::string& what, Contest& contest, const std::string& goal) {
  print(what, fmt::format("{:.0f} /s, {:.1f} us CPU each, p99 {:.2f} ms", median(contest.our_rates), median(contest.our_cpu),
                          contest.our_durations.ms(0.99)));
  print("  zhida / bare",
        fmt::format("{:.2f} (median of {}, {:.2f} to {:.2f})", median(contest.ratios), rounds, *std::ranges::min_element(contest.ratios),
                    *std::ranges::max_element(contest.ratios)),
        goal);
}

}  // namespace

void inbox(std::uint64_t enterprises) {
  LoadedSystem system;
  system.load(LoadedSystem::lines(enterprises), enterprises);
  system.launch_and_wait(system.everybody(), enterprises);
  const double bytes = copy_inboxes(system);
  const test::TemporaryDirectory directory;
  const BareServer bare(system.redis_socket(), directory / "port");
  const LoadedSystem::Server theirs{bare.port(), bare.pid()}, page = system.server_of("page");

  const std::string key = system.key("page");
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < pages; ++i) names.push_back(LoadedSystem::uscc(i));
  const auto request_of = [&](const std::string& target) {
    http::ClientRequest request(http::Verb::get, target);
    request.set("Authorization", "Bearer " + key);
    return request;
  };
  const RequestOf our_request = [&](std::uint64_t i) { return request_of("/page/v1/enterprises/" + names[i % pages] + "/inbox"); };
  const RequestOf their_request = [&](std::uint64_t i) { return request_of("/" + names[i % pages]); };
  Contest contest = compete(page, our_request, theirs, their_request);
  print(fmt::format("inbox of {:.0f} bytes, {} connections, {} rounds: a bare Beast server, one Redis GET", bytes, connections, rounds),
        fmt::format("{:.0f} /s, {:.1f} us CPU each", median(contest.their_rates), median(contest.their_cpu)));
  print_ours("  zhida", contest, ">= 0.7");
  if (page.port == system.zhida().port()) return;
  Contest through = compete(system.server_of("gateway"), our_request, theirs, their_request);
  print_ours("  zhida through the gateway (CPU of the gateway)", through, "");
}

}  // namespace zhida::bench
