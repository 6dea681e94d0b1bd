#include "gateway/upstreams.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace zhida::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds between_questions{1};

}  // namespace

Upstreams::Upstreams(asio::any_io_executor executor, std::string service, const std::vector<Endpoint>& endpoints, Resolve resolve,
                     Spawn spawn)
    : executor_(std::move(executor)), service_(std::move(service)), resolve_(std::move(resolve)), spawn_(std::move(spawn)) {
  for (const Endpoint& each : endpoints) names_.push_back({each, {}});
}

auto Upstreams::connect(bool fresh) -> asio::awaitable<Connection> {
  Processes all = processes();
  if (all.empty()) {  // the first request may be faster than the first answer
    for (Name& name : names_) {
      const Resolved found = co_await resolve_(name.endpoint);
      learn(name, found);
    }
    all = processes();
  }
  Connection connection;
  const std::size_t first = next_++;
  for (const auto standing : {Upstream::Standing::ready, Upstream::Standing::up, Upstream::Standing::left_alone}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& process = all[(first + i) % all.size()];
      if (process->has_left() || process->standing() != standing) continue;
      connection.stream = co_await process->connect(fresh);
      if (!connection.stream) continue;
      connection.process = process;
      co_return connection;
    }
  }
  co_return connection;
}

asio::awaitable<void> Upstreams::follow(std::size_t endpoint) {
  Name& name = names_[endpoint];
  asio::steady_timer pause(executor_, std::chrono::seconds(0));
  for (;;) {
    co_await runtime::wait_for_work(pause.async_wait(asio::use_awaitable));
    const Resolved found = co_await resolve_(name.endpoint);
    // A watch that begins now would not be told to stop.
    if (co_await runtime::stop_requested()) co_return;
    learn(name, found);
    pause.expires_after(between_questions);
  }
}

void Upstreams::learn(Name& name, const Resolved& found) {
  if (!found || found->empty()) return;
  std::erase_if(name.processes, [&](const auto& process) {
    if (std::ranges::find(*found, process->address()) != found->end()) return false;
    process->leave();
    return true;
  });
  for (const Address& address : *found) {
    if (std::ranges::any_of(name.processes, [&](const auto& process) { return process->address() == address; })) continue;
    name.processes.push_back(std::make_shared<Upstream>(executor_, address));
    spawn_(Upstream::watch(name.processes.back()));
  }
}

auto Upstreams::processes() const -> Processes {
  Processes all;
  for (const Name& name : names_) all.insert(all.end(), name.processes.begin(), name.processes.end());
  return all;
}

std::size_t Upstreams::alive(std::size_t endpoint) const {
  return static_cast<std::size_t>(std::ranges::count_if(names_[endpoint].processes, [](const auto& process) { return process->alive(); }));
}

}  // namespace zhida::gateway
