#include "chaos/faults.hpp"

#include "stores/fold/scripts.hpp"

#include <signal.h>

#include <algorithm>
#include <cmath>
#include <thread>

namespace zhida::chaos {
namespace {

using namespace std::chrono_literals;

/// Longer than a silent member keeps its partitions (6 s).
constexpr auto until_taken_over = 9s;

/// On a busy machine a plan takes longer; it is given up when it takes much longer, but not before everything has happened once.
constexpr std::chrono::milliseconds at_least = 150s;

std::string one_of(std::mt19937_64& random, const std::vector<std::string>& services) {
  return services[random() % services.size()] + (random() % 2 == 0 ? "" : "-2");
}

const std::vector<std::string> services{"operator", "matcher", "dispatcher", "page", "effect"};
/// Those that decide, and append what they decided.
const std::vector<std::string> owners{"operator", "matcher", "dispatcher"};

}  // namespace

Faults::Faults(System& system, std::uint64_t seed, double minutes)
    : system_(system),
      seed_(seed),
      length_(static_cast<std::int64_t>(minutes * 60'000)),
      kills_(static_cast<int>(std::ceil(Dose().kills * minutes / 30))) {
  for (const auto& [fault, times] : Dose().others)
    plan_.insert(plan_.end(), static_cast<std::size_t>(std::ceil(times * minutes / 30)), fault);
  Random random(seed_);
  std::ranges::shuffle(plan_, random);
}

void Faults::run() {
  std::thread killer([this] { kill_services(Random(seed_ + 11)); });
  Random random(seed_ + 12);
  const auto began = Clock::now();
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    std::this_thread::sleep_until(began + length_ * i / plan_.size());
    if (Clock::now() > began + std::max(length_ * 5 / 4, at_least)) break;
    carry_out(plan_[i], random);
  }
  killer.join();
}

std::map<std::string, int> Faults::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

void Faults::count(const std::string& what) {
  const std::scoped_lock lock(mutex_);
  ++counts_[what];
}

void Faults::kill_services(Random random) {
  const auto began = Clock::now();
  for (int i = 0; i < kills_; ++i) {
    std::this_thread::sleep_until(began + length_ * i / kills_);
    if (Clock::now() > began + std::max(length_ * 5 / 4, at_least)) return;
    kill_one(random);
  }
}

void Faults::kill_one(Random& random) {
  const bool entry = random() % 11 == 0;
  const pid_t pid = living(random, entry ? std::vector<std::string>() : services);
  if (pid != 0 && ::kill(pid, SIGKILL) == 0) count("kill -9 of a service");
}

pid_t Faults::living(Random& random, const std::vector<std::string>& among) const {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const pid_t pid = system_.pid_of(among.empty() ? "gateway" : one_of(random, among));
    if (pid != 0 && ::kill(pid, 0) == 0) return pid;
    std::this_thread::sleep_for(100ms);
  }
  return 0;
}

void Faults::carry_out(Fault fault, Random& random) {
  switch (fault) {
    case Fault::kill_redis:
      system_.kill_redis();
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 2'000));
      system_.start_redis();
      return count("kill -9 of Redis");
    case Fault::flush_redis:
      system_.flush_redis();
      return count("FLUSHALL");
    case Fault::kill_broker: {
      const std::size_t node = random() % system_.brokers().count();
      system_.brokers().kill(node);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 9'000));
      system_.brokers().start(node);
      system_.brokers().wait_until_up(node);
      system_.brokers().wait_until_whole();
      return count("kill -9 of a broker");
    }
    case Fault::freeze: {
      const pid_t pid = living(random, services);
      if (pid == 0 || ::kill(pid, SIGSTOP) != 0) return;
      std::this_thread::sleep_for(10s);
      if (::kill(pid, SIGCONT) == 0) count("SIGSTOP for 10 s");  // unless it was killed meanwhile
      return;
    }
    case Fault::cut: {
      const pid_t pid = living(random, services);
      if (pid == 0) return;
      const Behind behind = random() % 3 == 0 ? Behind::redis : Behind::broker;
      system_.proxy().cut(pid, behind);
      std::this_thread::sleep_for(8s);
      system_.proxy().heal(pid);
      return count(behind == Behind::redis ? "a service and Redis apart" : "a service and the brokers apart");
    }
    case Fault::late_append:
      return late_append(random);
    case Fault::late_commit:
      return late_commit(random);
  }
}

bool Faults::await_hold(pid_t pid, std::chrono::seconds limit) {
  const auto deadline = Clock::now() + limit;
  while (!system_.proxy().holds(pid) && Clock::now() < deadline) std::this_thread::sleep_for(5ms);
  return system_.proxy().holds(pid);
}

void Faults::late_append(Random& random) {
  for (int attempt = 0; attempt < 6; ++attempt) {
    const pid_t pid = living(random, owners);
    if (pid == 0) continue;
    system_.proxy().hold_at_append(pid);
    if (await_hold(pid, 4s)) {
      const bool frozen = random() % 2 == 0;
      if (frozen) ::kill(pid, SIGSTOP);
      std::this_thread::sleep_for(until_taken_over);
      system_.proxy().heal(pid);
      std::this_thread::sleep_for(200ms);
      if (frozen) ::kill(pid, SIGCONT);
      return count("an append behind the take-over");
    }
    system_.proxy().heal(pid);
  }
}

void Faults::late_commit(Random& random) {
  for (int attempt = 0; attempt < 6; ++attempt) {
    const pid_t pid = living(random, {"effect"});
    if (pid == 0) continue;
    system_.proxy().hold_at_script(pid, std::string(stores::scripts::commit().sha()));
    if (await_hold(pid, 4s)) {
      ::kill(pid, SIGSTOP);
      std::this_thread::sleep_for(until_taken_over);
      system_.proxy().heal(pid);
      std::this_thread::sleep_for(200ms);
      ::kill(pid, random() % 3 == 0 ? SIGKILL : SIGCONT);
      return count("a fold's write behind the take-over");
    }
    system_.proxy().heal(pid);
  }
}

}  // namespace zhida::chaos
