#include "bench/system/benches.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/document.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <random>
#include <stdexcept>
#include <utility>

namespace zhida::bench {
namespace asio = boost::asio;
namespace {

constexpr std::size_t campaigns = 4;
constexpr std::size_t urgent_campaigns = 20, urgent_audience = 50;
constexpr std::chrono::milliseconds between_urgent{250};
constexpr double patience = 600;  // seconds

asio::awaitable<void> pause(std::chrono::milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

/// Campaigns in the normal lane to everybody on their way at once, urgent ones sent behind them, pages read and funnels pulled meanwhile.
class Crowd {
 public:
  Crowd(LoadedSystem& system, std::uint64_t enterprises) : system_(system), enterprises_(enterprises) {
    for (std::size_t i = 0; i < campaigns; ++i) normal_.push_back(system_.everybody());
    for (std::size_t i = 0; i < urgent_campaigns; ++i) urgent_.push_back(approve_urgent(i));
  }

  asio::awaitable<void> deliver() {
    http::Client client = system_.client(co_await asio::this_coro::executor);
    began_ = Clock::now();
    for (const std::string& campaign : normal_) co_await launch(client, campaign);
    const auto all = static_cast<double>(campaigns * enterprises_);
    while (last_ == 0) {
      std::uint64_t decided = 0, delivered = 0;
      for (const std::string& campaign : normal_) {
        const Counts counts = co_await progress(client, campaign);
        decided += counts.decided;
        delivered += counts.delivered;
      }
      const double now = seconds_since(began_);
      if (now > patience) throw std::runtime_error("not everybody got it");
      const auto note = [&](double& at, std::uint64_t count, double share) {
        if (at == 0 && static_cast<double>(count) >= share * all) at = now;
      };
      note(decided_, decided, 1);
      note(half_, delivered, 0.5);
      note(most_, delivered, 0.95);
      note(last_, delivered, 1);
      co_await pause(std::chrono::milliseconds(50));
    }
  }

  asio::awaitable<void> send_urgent() {
    http::Client client = system_.client(co_await asio::this_coro::executor);
    co_await pause(between_urgent);
    for (const std::string& campaign : urgent_) {
      if (last_ != 0) break;  // nothing is in its way any more
      const Clock::time_point start = Clock::now();
      co_await launch(client, campaign);
      for (;;) {
        const Counts counts = co_await progress(client, campaign);
        if (counts.delivered == urgent_audience) break;
        if (seconds_since(start) > patience) throw std::runtime_error("an urgent campaign was not delivered");
        co_await pause(std::chrono::milliseconds(10));
      }
      urgent_times_.add(seconds_since(start));
      co_await pause(between_urgent);
    }
  }

  asio::awaitable<void> read_inboxes() {
    http::Client client = system_.client(co_await asio::this_coro::executor);
    const std::string key = system_.key("page");
    std::mt19937_64 random(1);
    while (last_ == 0) {
      http::ClientRequest request = LoadedSystem::inbox_of(random() % enterprises_, key);
      const Clock::time_point start = Clock::now();
      const http::ClientResponse response = co_await client.send(std::move(request));
      if (response.status != http::Status::ok) throw std::runtime_error("an inbox was not served: " + response.body);
      reads_.add(seconds_since(start));
      co_await pause(std::chrono::milliseconds(2));
    }
  }

  asio::awaitable<void> pull_funnels() {
    http::Client client = system_.client(co_await asio::this_coro::executor);
    while (last_ == 0) {
      http::ClientRequest request(http::Verb::get, "/effect/v1/campaigns/" + normal_.front() + "/funnel");
      request.set("Authorization", "Bearer " + system_.key("analyst"));
      const Clock::time_point start = Clock::now();
      const http::ClientResponse response = co_await client.send(std::move(request));
      if (response.status != http::Status::ok) throw std::runtime_error("a funnel was not served: " + response.body);
      funnels_.add(seconds_since(start));
      co_await pause(std::chrono::milliseconds(20));
    }
  }

  void report() {
    const auto row = [](Durations& of) {
      return fmt::format("p50 {:.1f} ms, p99 {:.1f} ms, longest {:.1f} ms (n {})", of.ms(0.5), of.ms(0.99), of.ms(1), of.count());
    };
    print(fmt::format("{} campaigns to {} enterprises at once: all decided", campaigns, enterprises_), fmt::format("{:.2f} s", decided_));
    print("  readable in the inbox: p50, p95, all", fmt::format("{:.2f} s, {:.2f} s, {:.2f} s", half_, most_, last_), "p95 <= 10 s");
    print("  urgent campaigns meanwhile, launch until readable", row(urgent_times_), "p99 <= 2000 ms");
    print("  inbox reads meanwhile", row(reads_), "p99 <= 20 ms");
    print("  funnel pulls meanwhile", row(funnels_), "p99 <= 50 ms");
  }

 private:
  struct Counts {
    std::uint64_t decided = 0, delivered = 0;
  };

  std::string approve_urgent(std::size_t number) {
    std::vector<std::string> listed;
    for (std::size_t i = 0; i < urgent_audience; ++i)
      listed.push_back("\"" + LoadedSystem::uscc((number * 7919 + i * 104'729) % enterprises_) + "\"");
    return system_.approved(fmt::format(R"({{"list":[{}]}})", fmt::join(listed, ",")), "urgent");
  }

  asio::awaitable<void> launch(http::Client& client, const std::string& campaign) {
    http::ClientRequest request(http::Verb::post, "/operator/v1/campaigns/" + campaign + "/launch");
    request.set("Authorization", "Bearer " + system_.key("operator"));
    const http::ClientResponse response = co_await client.send(std::move(request));
    if (response.status != http::Status::ok) throw std::runtime_error("a campaign was not launched: " + response.body);
  }

  asio::awaitable<Counts> progress(http::Client& client, const std::string& campaign) {
    http::ClientRequest request(http::Verb::get, "/operator/v1/campaigns/" + campaign);
    request.set("Authorization", "Bearer " + system_.key("operator"));
    const http::ClientResponse response = co_await client.send(std::move(request));
    Counts counts;
    rapidjson::Document json;
    json.Parse(response.body.data(), response.body.size());
    if (response.status != http::Status::ok || !json.HasMember("progress")) co_return counts;
    const auto& progress = json["progress"];
    counts.decided = progress["decided"].GetUint64();
    const auto& by_state = progress["by_state"];
    if (by_state.HasMember("delivered")) counts.delivered = by_state["delivered"].GetUint64();
    co_return counts;
  }

  LoadedSystem& system_;
  std::uint64_t enterprises_;
  std::vector<std::string> normal_, urgent_;
  Clock::time_point began_;
  double decided_ = 0, half_ = 0, most_ = 0, last_ = 0;  // seconds
  Durations urgent_times_, reads_, funnels_;
};

}  // namespace

void million(std::uint64_t enterprises) {
  for (const int processes : {1, 2}) {
    LoadedSystem system(processes);
    const Upload upload = system.load(LoadedSystem::lines(enterprises), enterprises);
    print(fmt::format("{} of each service: profiles taken in", processes),
          fmt::format("{:.0f} lines/s", static_cast<double>(enterprises) / upload.seconds));
    const std::map<std::string, pid_t> parts = system.processes();
    Crowd crowd(system, enterprises);
    std::map<std::string, double> before;
    for (const auto& [name, pid] : parts) before[name] = use_of(pid).cpu_seconds;
    run_all(crowd.deliver(), crowd.send_urgent(), crowd.read_inboxes(), crowd.pull_funnels());
    crowd.report();
    std::vector<std::string> used;
    for (const auto& [name, pid] : parts) {
      const ProcessUse use = use_of(pid);
      used.push_back(fmt::format("{} {:.1f} s {:.0f} MB", name, use.cpu_seconds - before[name], use.resident_mb));
    }
    print("  processor time and memory", fmt::format("{}", fmt::join(used, ", ")));
    if (parts.size() == 1) return;  // standalone is one process
  }
}

}  // namespace zhida::bench
