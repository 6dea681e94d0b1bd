#include "simulation/world.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <utility>

namespace zhida::simulation {
namespace {

// 2026-06-10, a Wednesday, 10:00 in Shanghai.
constexpr std::chrono::system_clock::time_point start{std::chrono::seconds(1'781'056'800)};

constexpr int turn = 32;  // handlers of one machine before the next one has its turn

const bool is_told = std::getenv("ZHIDA_SIMULATION_TRACE") != nullptr;

}  // namespace

World::World(std::uint64_t seed) : random(seed), time_(start) {}

World::~World() {
  while (!events_.empty()) events_.pop();
  // What the tickets of dropped events posted dies with the contexts.
}

Host& World::new_host() { return *hosts_.emplace_back(std::make_unique<Host>()); }

void World::after(Nanoseconds delay, std::function<void()> event) {
  events_.push({virtual_time::elapsed() + delay, order_++, std::make_shared<std::function<void()>>(std::move(event))});
}

bool World::poll() {
  bool ran = false;
  const std::size_t first = random.below(hosts_.size());
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    Host& host = *hosts_[(first + i) % hosts_.size()];
    if (host.frozen) continue;
    int handlers = 0;
    while (handlers < turn && host.context.poll_one() != 0) ++handlers;
    if (handlers == 0) continue;
    host.wakes = -1;
    ran = true;
  }
  return ran;
}

Nanoseconds World::next_step() {
  Nanoseconds next = events_.empty() ? std::numeric_limits<Nanoseconds>::max() : events_.top().at;
  for (const auto& host : hosts_) {
    if (host->frozen) continue;
    if (host->wakes < 0) {
      const Nanoseconds now = virtual_time::elapsed();
      const Nanoseconds sleep = virtual_time::sleep_of(host->context);
      if (sleep < 0) return now;
      host->wakes = now + std::max(sleep, microsecond);
    }
    next = std::min(next, host->wakes);
  }
  return next;
}

bool World::run(const std::function<bool()>& done, Nanoseconds limit) {
  const Nanoseconds end = virtual_time::elapsed() + limit;
  while (!done()) {
    while (poll()) {
    }
    const Nanoseconds next = next_step();
    if (next > end) {
      virtual_time::advance_to(end);
      return done();
    }
    virtual_time::advance_to(next);
    const Nanoseconds now = virtual_time::elapsed();
    for (const auto& host : hosts_)
      if (host->wakes <= now) host->wakes = -1;
    while (!events_.empty() && events_.top().at <= now) {
      const auto event = events_.top().run;
      events_.pop();
      (*event)();
    }
  }
  return true;
}

void World::note(std::string_view what) {
  if (is_told) std::clog << virtual_time::elapsed() / microsecond << " " << what << "\n";
  for (const char c : what) trace_ = (trace_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  note(static_cast<std::uint64_t>(virtual_time::elapsed()));
}

void World::note(std::uint64_t what) { trace_ = (trace_ ^ what) * 0x9e3779b97f4a7c15U; }

}  // namespace zhida::simulation
