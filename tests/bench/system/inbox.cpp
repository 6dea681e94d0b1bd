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

void inbox(std::uint64_t enterprises) {
  LoadedSystem system;
  system.load(LoadedSystem::lines(enterprises), enterprises);
  system.launch_and_wait(system.everybody(), enterprises);
  const double bytes = copy_inboxes(system);
  const test::TemporaryDirectory directory;
  BareServer bare(system.redis_socket(), directory / "port");

  const std::string key = system.key("page");
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < pages; ++i) names.push_back(LoadedSystem::uscc(i));
  const auto request_of = [&](const std::string& target) {
    http::ClientRequest request(http::Verb::get, target);
    request.set("Authorization", "Bearer " + key);
    return request;
  };
  const auto ours = [&](std::uint64_t i) { return request_of("/page/v1/enterprises/" + names[i % pages] + "/inbox"); };
  const auto theirs = [&](std::uint64_t i) { return request_of("/" + names[i % pages]); };
  drive(system.zhida().port(), requests / 10, connections, ours);
  drive(bare.port(), requests / 10, connections, theirs);

  std::vector<double> our_rates, their_rates, ratios, our_cpu, their_cpu;
  Durations our_durations;
  for (int round = 0; round < rounds; ++round) {
    const double our_before = use_of(system.zhida().pid()).cpu_seconds, their_before = use_of(bare.pid()).cpu_seconds;
    Round mine = drive(system.zhida().port(), requests, connections, ours);
    const Round other = drive(bare.port(), requests, connections, theirs);
    our_cpu.push_back(1e6 * (use_of(system.zhida().pid()).cpu_seconds - our_before) / requests);
    their_cpu.push_back(1e6 * (use_of(bare.pid()).cpu_seconds - their_before) / requests);
    our_rates.push_back(mine.per_second);
    their_rates.push_back(other.per_second);
    ratios.push_back(mine.per_second / other.per_second);
    our_durations = std::move(mine.durations);
  }
  print(fmt::format("inbox of {:.0f} bytes, {} connections, {} rounds: zhida", bytes, connections, rounds),
        fmt::format("{:.0f} /s, {:.1f} us CPU each, p99 {:.2f} ms", median(our_rates), median(our_cpu), our_durations.ms(0.99)));
  print("  a bare Beast server: one Redis GET of the same bytes",
        fmt::format("{:.0f} /s, {:.1f} us CPU each", median(their_rates), median(their_cpu)));
  print("  zhida / bare",
        fmt::format("{:.2f} (median of {}, {:.2f} to {:.2f})", median(ratios), rounds, *std::ranges::min_element(ratios),
                    *std::ranges::max_element(ratios)),
        ">= 0.7");
}

}  // namespace zhida::bench
