#include "platform/redis/cluster_nodes.hpp"

#include "platform/runtime/timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace zhida::redis {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using Clock = std::chrono::steady_clock;

/// Keeps the node alive as long as its connection is served.
asio::awaitable<void> serve(std::shared_ptr<ClusterNode> node) { co_await node->client.run(); }

asio::awaitable<result<void>> connected_to(std::shared_ptr<ClusterNode> node) {
  try {
    co_await node->client.wait_until_connected();
  } catch (const boost::system::system_error& cancelled) {
    co_return cancelled.code();
  }
  co_return result<void>();
}

}  // namespace

ClusterNode::ClusterNode(const asio::any_io_executor& executor, Endpoint at, Address address, Client::Observer observer,
                         ServerClient::Options options)
    : endpoint(std::move(at)),
      client(executor, std::move(address), observer, options),
      tasks(executor, [observer](std::string_view reason) { observer(false, reason); }) {}

ClusterNodes::ClusterNodes(asio::any_io_executor executor, std::vector<Address> seeds, Client::Observer observer, Options options)
    : executor_(executor),
      seeds_(std::move(seeds)),
      observer_(std::move(observer)),
      options_(options),
      wake_(executor),
      changed_(executor, Clock::time_point::max()) {}

asio::awaitable<void> ClusterNodes::run() {
  running_ = true;
  std::exception_ptr failure;
  try {
    co_await keep_map();
  } catch (...) {
    failure = std::current_exception();
  }
  running_ = false;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  for (const auto& [_, node] : nodes_) leaving_.push_back(node);
  for (const Node& node : leaving_) node->tasks.stop(asio::cancellation_type::terminal);
  for (const Node& node : leaving_) co_await node->tasks.join();
  leaving_.clear();
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> ClusterNodes::keep_map() {
  auto delay = options_.first_delay;
  for (;;) {
    doubtful_ = false;
    const bool looked = co_await look();
    std::erase_if(leaving_, [](const Node& node) { return node->tasks.size() == 0; });
    const bool well = looked && connected();
    if (well) {
      delay = options_.first_delay;
      forget_others();
    } else {
      ask_around();
    }
    // Not at once again, however many doubt.
    asio::steady_timer pause(executor_, options_.first_delay);
    co_await pause.async_wait(asio::use_awaitable);
    co_await rest(well ? Clock::time_point::max() : Clock::now() + delay);
    if (!well) delay = std::min(2 * delay, options_.longest_delay);
  }
}

asio::awaitable<void> ClusterNodes::rest(Clock::time_point until) {
  if (doubtful_) co_return;
  wake_.expires_at(until);
  co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));  // woken by its cancellation
}

// Another server each time, so that one that is cut off from the others is not believed for ever.
asio::awaitable<bool> ClusterNodes::look() {
  std::vector<Node> asked;
  for (const auto& [_, node] : nodes_)
    if (node->client.connected()) asked.push_back(node);
  if (asked.empty()) co_return false;
  std::rotate(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(looks_++ % asked.size()), asked.end());
  for (const Node& node : asked) {
    Commands question;
    question.add("CLUSTER", "SLOTS");
    const result<std::vector<Reply>> answer =
        co_await runtime::within<std::vector<Reply>>(options_.look_limit, node->client.pipeline(std::move(question)));
    if (!answer) continue;
    std::optional<SlotMap> map = SlotMap::parse(answer->front(), node->endpoint.host);
    if (map && !map->masters().empty()) {
      adopt(std::move(*map));
      co_return true;
    }
    const Reply& reply = answer->front();
    tell(false, node->endpoint.text() + " knows no cluster: " + (reply.is_error() ? reply.text : "it serves no slots"));
  }
  co_return false;
}

void ClusterNodes::adopt(SlotMap map) {
  if (!map.serves_like(map_)) ++past_connections_;
  map_ = std::move(map);
  for (const Endpoint& master : map_.masters()) node_at(master);
  if (connected()) changed_.cancel();
}

ClusterNodes::Node ClusterNodes::node_at(const Endpoint& endpoint) {
  Node& node = nodes_[endpoint];
  if (node) return node;
  Address address = seeds_.front();  // for the user and the password
  address.host = endpoint.host;
  address.port = endpoint.port;
  auto observer = [this, name = endpoint.text()](bool up, std::string_view reason) {
    tell(up, name + ": " + std::string(reason));
    if (up) changed_.cancel();
    doubt();
  };
  node = std::make_shared<ClusterNode>(executor_, endpoint, std::move(address), std::move(observer), options_.server);
  if (running_) node->tasks.spawn(serve(node));
  return node;
}

void ClusterNodes::ask_around() {
  for (const Address& seed : seeds_) node_at({seed.host, seed.port});
  for (const Endpoint& replica : map_.replicas()) node_at(replica);
}

void ClusterNodes::forget_others() {
  std::erase_if(nodes_, [this](const auto& entry) {
    const auto& [endpoint, node] = entry;
    if (std::ranges::find(map_.masters(), endpoint) != map_.masters().end()) return false;
    past_connections_ += node->client.connections();
    node->tasks.stop(asio::cancellation_type::terminal);
    leaving_.push_back(node);
    return true;
  });
}

void ClusterNodes::tell(bool up, const std::string& reason) {
  if (reason == last_told_) return;
  last_told_ = reason;
  if (observer_) observer_(up, reason);
}

bool ClusterNodes::connected() const {
  return map_.complete() && std::ranges::all_of(map_.masters(), [this](const Endpoint& master) {
           const auto node = nodes_.find(master);
           return node != nodes_.end() && node->second->client.connected();
         });
}

asio::awaitable<void> ClusterNodes::wait_until_connected() {
  while (!connected()) {
    co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));  // ends by cancellation only
    if (connected()) co_return;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(asio::error::operation_aborted);
  }
}

std::uint64_t ClusterNodes::connections() const {
  std::uint64_t sum = past_connections_;
  for (const auto& [_, node] : nodes_) sum += node->client.connections();
  return sum;
}

ClusterNodes::Node ClusterNodes::owner(Slot slot) const {
  const Endpoint* endpoint = map_.owner(slot);
  if (endpoint == nullptr) return nullptr;
  const auto node = nodes_.find(*endpoint);
  return node == nodes_.end() ? nullptr : node->second;
}

std::vector<ClusterNodes::Node> ClusterNodes::connected_masters() const {
  std::vector<Node> masters;
  for (const Endpoint& master : map_.masters())
    if (const auto node = nodes_.find(master); node != nodes_.end() && node->second->client.connected()) masters.push_back(node->second);
  return masters;
}

asio::awaitable<ClusterNodes::Node> ClusterNodes::reach(Endpoint endpoint, std::chrono::milliseconds limit) {
  Node node = node_at(endpoint);
  if (!node->client.connected()) {
    const result<void> reached = co_await runtime::within<void>(limit, connected_to(node));
    if (!reached || !node->client.connected()) co_return nullptr;
  }
  co_return node;
}

void ClusterNodes::moved(Slot slot, const Endpoint& to) {
  const Endpoint* known = map_.owner(slot);
  if (known != nullptr && *known == to) return;
  map_.assign(slot, to);
  ++past_connections_;
  node_at(to);
  doubt();
}

void ClusterNodes::doubt() {
  doubtful_ = true;
  wake_.cancel();
}

}  // namespace zhida::redis
