#pragma once

#include "gateway/endpoint.hpp"
#include "gateway/upstream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace zhida::gateway {

/// The processes of one service, asked in turn. Each address that a name stands for is a process of its own; what the names stand for is
/// asked again and again, so that processes may come and go.
class Upstreams {
 public:
  using Stream = Upstream::Stream;
  using Processes = std::vector<std::shared_ptr<Upstream>>;
  /// Runs a task until it ends or is cancelled.
  using Spawn = std::function<void(boost::asio::awaitable<void>)>;

  struct Connection {
    std::shared_ptr<Stream> stream;
    std::shared_ptr<Upstream> process;
  };

  /// `spawn` gets the watch of each process as it appears.
  Upstreams(boost::asio::any_io_executor executor, std::string service, const std::vector<Endpoint>& endpoints, Resolve resolve,
            Spawn spawn);

  /// A connection to one that answers, to one that is ready rather than to another. `fresh`: one that nobody used; others may turn out
  /// closed by the other side. Its stream is null when none can be reached.
  boost::asio::awaitable<Connection> connect(bool fresh);

  /// Asks again and again what an endpoint stands for, until cancelled. While nobody can say, it stands for what it stood for.
  boost::asio::awaitable<void> follow(std::size_t endpoint);

  const std::string& service() const { return service_; }
  /// All that are known, of all endpoints.
  Processes processes() const;

  std::size_t size() const { return names_.size(); }
  const Endpoint& endpoint(std::size_t endpoint) const { return names_[endpoint].endpoint; }
  /// How many processes of an endpoint said that they are alive when last asked.
  std::size_t alive(std::size_t endpoint) const;

 private:
  struct Name {
    Endpoint endpoint;
    Processes processes;
  };

  void learn(Name& name, const Resolved& found);

  boost::asio::any_io_executor executor_;
  std::string service_;
  std::vector<Name> names_;
  Resolve resolve_;
  Spawn spawn_;
  std::size_t next_ = 0;
};

}  // namespace zhida::gateway
