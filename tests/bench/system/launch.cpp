#include "bench/system/benches.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>
#include <stdexcept>
#include <utility>

namespace zhida::bench {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::minutes patience{5};

asio::awaitable<void> pause(std::chrono::milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

/// A campaign on its way, watched by one connection while another reads inboxes.
class Watch {
 public:
  Watch(LoadedSystem& system, std::uint64_t enterprises) : system_(system), enterprises_(enterprises), key_(system.key("page")) {}

  asio::awaitable<void> read_inboxes() {
    http::Client client = system_.client(co_await asio::this_coro::executor);
    std::mt19937_64 random(1);
    while (!over_) {
      http::ClientRequest request = LoadedSystem::inbox_of(random() % enterprises_, key_);
      const Clock::time_point start = Clock::now();
      const http::ClientResponse response = co_await client.send(std::move(request));
      if (response.status != http::Status::ok) throw std::runtime_error("an inbox was not served: " + response.body);
      reads_.add(seconds_since(start));
      co_await pause(std::chrono::milliseconds(1));
    }
  }

  asio::awaitable<void> follow(std::string campaign) {
    http::Client client = system_.client(co_await asio::this_coro::executor);
    const std::string key = system_.key("operator");
    const std::string target = "/operator/v1/campaigns/" + campaign;
    const Clock::time_point start = Clock::now();
    http::ClientRequest launch(http::Verb::post, target + "/launch");
    launch.set("Authorization", "Bearer " + key);
    const http::ClientResponse launched = co_await client.send(std::move(launch));
    if (launched.status != http::Status::ok) throw std::runtime_error("the campaign was not launched: " + launched.body);
    while (delivered_ == 0) {
      if (seconds_since(start) > std::chrono::duration<double>(patience).count()) throw std::runtime_error("not everybody got it");
      http::ClientRequest request(http::Verb::get, target);
      request.set("Authorization", "Bearer " + key);
      const http::ClientResponse response = co_await client.send(std::move(request));
      note(response.body, seconds_since(start));
      co_await pause(std::chrono::milliseconds(50));
    }
    over_ = true;
  }

  /// Every enterprise's page shows what was sent: `count` of them are asked.
  asio::awaitable<void> look(std::uint64_t count) {
    http::Client client = system_.client(co_await asio::this_coro::executor);
    for (std::uint64_t i = 0; i < count; ++i) {
      http::ClientRequest request = LoadedSystem::inbox_of(i * enterprises_ / count, key_);
      const http::ClientResponse response = co_await client.send(std::move(request));
      rapidjson::Document inbox;
      inbox.Parse(response.body.data(), response.body.size());
      if (!inbox.IsObject() || inbox["items"].Size() != 1) throw std::runtime_error("an inbox lacks the item: " + response.body);
    }
  }

  Durations& reads() { return reads_; }
  double decided() const { return decided_; }
  double delivered() const { return delivered_; }

 private:
  void note(const std::string& body, double after) {
    rapidjson::Document campaign;
    campaign.Parse(body.data(), body.size());
    const auto& progress = campaign["progress"];
    if (decided_ == 0 && progress["decided"].GetUint64() == enterprises_) decided_ = after;
    const auto& by_state = progress["by_state"];
    if (by_state.HasMember("delivered") && by_state["delivered"].GetUint64() == enterprises_) delivered_ = after;
  }

  LoadedSystem& system_;
  std::uint64_t enterprises_;
  std::string key_;
  Durations reads_;
  double decided_ = 0, delivered_ = 0;  // seconds
  bool over_ = false;
};

}  // namespace

void launch(std::uint64_t enterprises) {
  LoadedSystem system;
  system.load(LoadedSystem::lines(enterprises), enterprises);
  const std::string campaign = system.everybody();
  const double redis_before = system.redis_mb();
  const ProcessUse before = use_of(system.zhida().pid());

  Watch watch(system, enterprises);
  run_all(watch.read_inboxes(), watch.follow(campaign));
  run_all(watch.look(1'000));

  const ProcessUse after = use_of(system.zhida().pid());
  const double redis_after = system.redis_mb();
  print(fmt::format("campaign to {} enterprises: all decided", enterprises), fmt::format("{:.2f} s", watch.decided()));
  print("  all delivered, visible in their inboxes", fmt::format("{:.2f} s", watch.delivered()), "<= 10 s");
  print("  inbox reads meanwhile",
        fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, longest {:.2f} ms (n {})", watch.reads().ms(0.5), watch.reads().ms(0.99),
                    watch.reads().ms(1), watch.reads().count()),
        "p99 <= 20 ms");
  print("  CPU of zhida", fmt::format("{:.2f} s", after.cpu_seconds - before.cpu_seconds));
  print("memory of zhida", fmt::format("{:.0f} MB before, {:.0f} MB after", before.resident_mb, after.resident_mb), "<= 600 MB");
  print("memory of Redis", fmt::format("{:.1f} MB before, {:.1f} MB after", redis_before, redis_after), "<= 200 MB");
  print("  for one item in each inbox, keys included",
        fmt::format("{:.1f} bytes an enterprise", 1e6 * (redis_after - redis_before) / static_cast<double>(enterprises)), "<= 40");
}

}  // namespace zhida::bench
