#include "chaos/proxy.hpp"

#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace zhida::chaos {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view produce_request("\0\0", 2);  // the api key of Kafka's protocol
constexpr std::size_t length_bytes = 4;

/// Finds where requests begin in a stream of Kafka's protocol: four bytes of length, two of api key, the rest.
class Requests {
 public:
  /// Where in `bytes`, which follow those given before, the first request to append begins. Its first bytes may have come earlier: 0.
  std::size_t append_in(std::string_view bytes) {
    std::size_t found = std::string_view::npos;
    for (std::size_t at = 0; at < bytes.size();) {
      if (left_ != 0) {
        const std::size_t step = std::min(left_, bytes.size() - at);
        left_ -= step;
        at += step;
        continue;
      }
      const std::size_t before = head_.size();
      const std::size_t begin = at;
      const std::size_t step = std::min(length_bytes + 2 - before, bytes.size() - at);
      head_ += bytes.substr(at, step);
      at += step;
      if (head_.size() < length_bytes + 2) break;
      std::size_t length = 0;
      for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | static_cast<unsigned char>(head_[i]);
      if (found == std::string_view::npos && std::string_view(head_).substr(length_bytes) == produce_request)
        found = before == 0 ? begin : 0;
      left_ = length - 2;
      head_.clear();
    }
    return found;
  }

 private:
  std::size_t left_ = 0;
  std::string head_;
};

}  // namespace

struct Proxy::Connection {
  Connection(tcp::socket from, Behind what, pid_t whose)
      : client(std::move(from)), server(client.get_executor()), behind(what), owner(whose) {}

  tcp::socket client, server;
  Behind behind;
  pid_t owner;
  Requests requests;
  std::string carried;  ///< the end of the last bytes, where a name to be replaced may begin
};

Proxy::Proxy() : thread_([this] { context_.run(); }) {}

Proxy::~Proxy() {
  context_.stop();
  thread_.join();
}

std::uint16_t Proxy::lead_to(std::uint16_t target, Behind behind) {
  auto acceptor = std::make_shared<tcp::acceptor>(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const std::uint16_t port = acceptor->local_endpoint().port();
  asio::co_spawn(context_, serve(std::move(acceptor), target, behind), asio::detached);
  return port;
}

void Proxy::cut(pid_t pid, Behind behind) {
  const std::scoped_lock lock(mutex_);
  (behind == Behind::broker ? rules_[pid].cut_broker : rules_[pid].cut_redis) = true;
}

void Proxy::hold_at_append(pid_t pid) {
  const std::scoped_lock lock(mutex_);
  rules_[pid].at_append = true;
}

void Proxy::hold_at_script(pid_t pid, std::string sha) {
  const std::scoped_lock lock(mutex_);
  rules_[pid].at_script = std::move(sha);
}

bool Proxy::holds(pid_t pid) const {
  const std::scoped_lock lock(mutex_);
  const auto found = rules_.find(pid);
  return found != rules_.end() && found->second.triggered;
}

void Proxy::heal(pid_t pid) {
  const std::scoped_lock lock(mutex_);
  rules_.erase(pid);
}

void Proxy::replace_script(std::string from, std::string to) {
  const std::scoped_lock lock(mutex_);
  script_from_ = std::move(from);
  script_to_ = std::move(to);
}

asio::awaitable<void> Proxy::serve(std::shared_ptr<tcp::acceptor> acceptor, std::uint16_t target, Behind behind) {
  const std::uint16_t port = acceptor->local_endpoint().port();
  for (;;) {
    auto [error, socket] = co_await acceptor->async_accept(quiet);
    if (error) continue;
    boost::system::error_code gone;
    const tcp::endpoint peer = socket.remote_endpoint(gone);
    if (gone) continue;
    socket.set_option(tcp::no_delay(true), gone);
    auto connection = std::make_shared<Connection>(std::move(socket), behind, owner_of(peer.port(), port));
    asio::co_spawn(context_, connect(std::move(connection), target), asio::detached);
  }
}

asio::awaitable<void> Proxy::connect(std::shared_ptr<Connection> connection, std::uint16_t target) {
  co_await wait_while_cut(*connection);
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), target);
  const auto [error] = co_await connection->server.async_connect(endpoint, quiet);
  if (error) co_return;  // the client's side goes with it
  boost::system::error_code ignored;
  connection->server.set_option(tcp::no_delay(true), ignored);
  asio::co_spawn(context_, pump(connection, true), asio::detached);
  asio::co_spawn(context_, pump(connection, false), asio::detached);
}

asio::awaitable<void> Proxy::pump(std::shared_ptr<Connection> connection, bool up) {
  tcp::socket& from = up ? connection->client : connection->server;
  tcp::socket& to = up ? connection->server : connection->client;
  std::array<char, 64U << 10U> buffer{};
  for (;;) {
    const auto [error, size] = co_await from.async_read_some(asio::buffer(buffer), quiet);
    if (error) break;
    std::string bytes(buffer.data(), size);
    if (up && connection->behind == Behind::redis) rewrite(*connection, bytes);
    const std::size_t first = up ? passing(*connection, bytes) : bytes.size();
    bool failed = false;
    if (first != 0) {
      if (first == bytes.size()) co_await wait_while_cut(*connection);
      const auto [unsent, sent] = co_await asio::async_write(to, asio::buffer(bytes.data(), first), quiet);
      failed = static_cast<bool>(unsent);
    }
    if (!failed && first != bytes.size()) {
      co_await wait_while_cut(*connection);
      const auto [unsent, sent] = co_await asio::async_write(to, asio::buffer(bytes.data() + first, bytes.size() - first), quiet);
      failed = static_cast<bool>(unsent);
    }
    if (failed) break;
  }
  co_await wait_while_cut(*connection);  // nor does the end of a connection pass
  boost::system::error_code ignored;
  connection->client.close(ignored);
  connection->server.close(ignored);
}

asio::awaitable<void> Proxy::wait_while_cut(const Connection& connection) {
  asio::steady_timer pause(context_);
  while (is_cut(connection)) {
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(asio::use_awaitable);
  }
}

std::size_t Proxy::passing(Connection& connection, std::string_view bytes) {
  const std::size_t append = connection.behind == Behind::broker ? connection.requests.append_in(bytes) : std::string_view::npos;
  const std::scoped_lock lock(mutex_);
  const auto found = rules_.find(connection.owner);
  if (found == rules_.end() || found->second.triggered) return bytes.size();
  Rule& rule = found->second;
  if (connection.behind == Behind::broker) {
    if (!rule.at_append || append == std::string_view::npos) return bytes.size();
    rule.triggered = rule.cut_broker = true;
    return append;
  }
  if (rule.at_script.empty() || bytes.find(rule.at_script) == std::string_view::npos) return bytes.size();
  rule.triggered = rule.cut_redis = true;
  return 0;
}

bool Proxy::is_cut(const Connection& connection) const {
  const std::scoped_lock lock(mutex_);
  const auto found = rules_.find(connection.owner);
  if (found == rules_.end()) return false;
  return connection.behind == Behind::broker ? found->second.cut_broker : found->second.cut_redis;
}

void Proxy::rewrite(Connection& connection, std::string& bytes) const {
  const std::scoped_lock lock(mutex_);
  bytes.insert(0, connection.carried);
  connection.carried.clear();
  if (script_from_.empty()) return;
  for (std::size_t at = bytes.find(script_from_); at != std::string::npos; at = bytes.find(script_from_, at))
    bytes.replace(at, script_from_.size(), script_to_);
  for (std::size_t part = std::min(script_from_.size() - 1, bytes.size()); part != 0; --part) {
    if (!script_from_.starts_with(std::string_view(bytes).substr(bytes.size() - part))) continue;
    connection.carried = bytes.substr(bytes.size() - part);
    bytes.resize(bytes.size() - part);
    break;
  }
}

pid_t Proxy::owner_of(std::uint16_t client_port, std::uint16_t our_port) const {
  const std::string supervisor = std::to_string(supervisor_.load());
  std::ifstream children("/proc/" + supervisor + "/task/" + supervisor + "/children");
  std::ifstream connections("/proc/net/tcp");
  std::string line, inode;
  const auto port_of = [](std::string_view address) {
    unsigned port = 0;
    const std::size_t colon = address.find(':');
    if (colon != std::string_view::npos) std::from_chars(address.data() + colon + 1, address.data() + address.size(), port, 16);
    return port;
  };
  while (std::getline(connections, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    if (port_of(local) == client_port && port_of(remote) == our_port) break;
    inode.clear();
  }
  if (inode.empty()) return 0;
  const std::string wanted = "socket:[" + inode + "]";
  for (pid_t child = 0; children >> child;) {
    std::error_code gone;
    for (std::filesystem::directory_iterator file("/proc/" + std::to_string(child) + "/fd", gone), end; !gone && file != end;
         file.increment(gone))
      if (std::error_code closed; std::filesystem::read_symlink(file->path(), closed) == wanted) return child;
  }
  return 0;
}

}  // namespace zhida::chaos
