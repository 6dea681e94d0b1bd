#include "platform/redis/cluster_client.hpp"

#include "platform/redis/routing.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace zhida::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::result;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// In the place of a reply: nobody wants it.
constexpr std::size_t nowhere = SIZE_MAX;

/// Whether the cluster, not the command, is the reason for this error.
bool misdirected(const Reply& reply) {
  return reply.is_error("MOVED") || reply.is_error("ASK") || reply.is_error("TRYAGAIN") || reply.is_error("CLUSTERDOWN");
}

}  // namespace

/// What goes to one server in one write.
struct ClusterClient::Part {
  ClusterNodes::Node node;
  Commands commands;
  std::vector<std::size_t> places;  // of the replies in the whole
};

/// One pipeline on its way.
struct ClusterClient::Exchange {
  explicit Exchange(Commands all) : commands(std::move(all)), units(route(commands)), replies(commands.size()) {
    for (std::size_t i = 0; i < units.size(); ++i) pending.push_back({i, {}});
  }

  struct Pending {
    std::size_t unit;
    std::optional<Endpoint> ask;
  };

  /// Takes in the outcome of a round: what is to be sent again. False if the cluster is down.
  bool settle(ClusterNodes& nodes);

  Commands commands;
  std::vector<Routed> units;
  std::vector<Reply> replies;
  std::vector<Pending> pending;
  std::map<std::size_t, std::string> wrong;  // places of misdirected commands, and the hosts that said so
  bool hurry = true;                         // nobody said to try again later
  bool ran = false;                          // something has been done, or may have
  int round = 0;
};

bool ClusterClient::Exchange::settle(ClusterNodes& nodes) {
  pending.clear();
  if (wrong.empty()) return true;
  hurry = true;
  // What reads behind a command that is sent again must not have seen an earlier moment.
  std::set<Slot> late;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const Routed& unit = units[i];
    const auto said = wrong.lower_bound(unit.first);
    if (said == wrong.end() || said->first >= unit.first + unit.count) {
      ran = true;
      if (unit.to == Routed::To::slot && unit.only_reads && late.contains(unit.slot)) pending.push_back({i, {}});
      continue;
    }
    const Reply& reply = replies[said->first];
    if (reply.is_error("CLUSTERDOWN")) return false;
    std::optional<Redirection> redirection = Redirection::parse(reply, said->second);
    if (redirection && redirection->kind == Redirection::Kind::ask) {
      pending.push_back({i, std::move(redirection->endpoint)});
    } else {
      if (redirection)
        nodes.moved(redirection->slot, redirection->endpoint);
      else
        hurry = false;
      pending.push_back({i, {}});
    }
    late.insert(unit.slot);
  }
  wrong.clear();
  return true;
}

ClusterClient::ClusterClient(asio::any_io_executor executor, std::vector<Address> seeds, Observer observer)
    : ClusterClient(std::move(executor), std::move(seeds), std::move(observer), Options()) {}

ClusterClient::ClusterClient(asio::any_io_executor executor, std::vector<Address> seeds, Observer observer, Options options)
    : nodes_(std::move(executor), std::move(seeds), std::move(observer), options.nodes), patience_(options.patience) {}

auto ClusterClient::plan(const Exchange& exchange) -> Awaitable<std::vector<Part>> {
  std::vector<Part> parts;
  std::map<Slot, std::size_t> last;  // part of each slot: a later command of the slot must not go before it
  for (const Exchange::Pending& pending : exchange.pending) {
    const Routed& unit = exchange.units[pending.unit];
    std::vector<ClusterNodes::Node> nodes;
    if (unit.to == Routed::To::slot) {
      nodes.push_back(nodes_.owner(unit.slot));
      if (pending.ask) {
        nodes.back() = co_await nodes_.reach(*pending.ask, patience_);
      } else if (exchange.round > 0 && nodes.back() && !nodes.back()->client.connected()) {
        const Endpoint named = nodes.back()->endpoint;
        nodes.back() = co_await nodes_.reach(named, patience_);
      }
    } else {
      nodes = nodes_.connected_masters();
      if (unit.to == Routed::To::any && nodes.size() > 1) nodes.resize(1);
    }
    if (nodes.empty() || !nodes.front() || !nodes.front()->client.connected()) {
      nodes_.doubt();
      co_return asio::error::make_error_code(asio::error::not_connected);
    }
    for (const ClusterNodes::Node& node : nodes) {
      std::size_t at = last.contains(unit.slot) ? last[unit.slot] : 0;
      while (at < parts.size() && parts[at].node != node) ++at;
      if (at == parts.size()) {
        parts.emplace_back();
        parts.back().node = node;
      }
      if (unit.to == Routed::To::slot) last[unit.slot] = at;
      Part& part = parts[at];
      if (pending.ask) {
        part.commands.add("ASKING");
        part.places.push_back(nowhere);
      }
      part.commands.append(exchange.commands, unit.first, unit.count);
      for (std::size_t i = 0; i < unit.count; ++i) part.places.push_back(unit.first + i);
    }
  }
  co_return parts;
}

auto ClusterClient::send(Exchange& exchange, std::vector<Part> parts) -> Awaitable<void> {
  for (const Exchange::Pending& pending : exchange.pending) {
    const Routed& unit = exchange.units[pending.unit];
    for (std::size_t i = 0; i < unit.count; ++i) exchange.replies[unit.first + i] = Reply();
  }
  bool some = false;
  for (Part& part : parts) {
    result<std::vector<Reply>> replies = co_await part.node->client.pipeline(std::move(part.commands));
    if (!replies) {
      nodes_.doubt();
      if (some || replies.error() != asio::error::not_connected) exchange.ran = true;
      co_return replies.error();
    }
    for (std::size_t i = 0; i < replies->size(); ++i) {
      const std::size_t place = part.places[i];
      if (place == nowhere) continue;
      Reply& reply = (*replies)[i];
      if (misdirected(reply))
        exchange.wrong.emplace(place, part.node->endpoint.host);
      else
        some = true;
      // Of several servers' replies an error stays.
      if (!exchange.replies[place].is_error()) exchange.replies[place] = std::move(reply);
    }
  }
  co_return result<void>();
}

auto ClusterClient::pipeline(Commands commands) -> Awaitable<std::vector<Reply>> {
  Exchange exchange(std::move(commands));
  const auto deadline = Clock::now() + patience_;
  auto delay = 5ms;
  while (!exchange.pending.empty()) {
    bool sent = false;
    error_code error = asio::error::not_connected;
    result<std::vector<Part>> parts = co_await plan(exchange);
    if (parts) {
      const result<void> outcome = co_await send(exchange, std::move(*parts));
      if (outcome)
        sent = exchange.settle(nodes_);
      else
        error = outcome.error();
    }
    ++exchange.round;
    if (!sent || (!exchange.pending.empty() && Clock::now() >= deadline)) {
      nodes_.doubt();
      if (error == asio::error::not_connected && exchange.ran) error = asio::error::connection_reset;
      co_return error;
    }
    // Two servers that point to each other are given a moment, too.
    if (exchange.pending.empty() || (exchange.hurry && exchange.round < 4)) continue;
    asio::steady_timer pause(co_await asio::this_coro::executor, delay);
    const auto [cancelled] = co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return cancelled;
    delay = std::min(2 * delay, 100ms);
  }
  co_return std::move(exchange.replies);
}

}  // namespace zhida::redis
