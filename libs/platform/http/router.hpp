#pragma once

#include "platform/auth/role.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::http {

class Exchange;

/// Answers a request whose body was read whole. May throw: `Refused` becomes its problem, anything else a 500 that leaks nothing.
using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;
/// Reads and answers piece by piece (see exchange.hpp). The same about throwing, until the head of the answer is sent; then the connection
/// breaks off.
using StreamHandler = std::function<boost::asio::awaitable<void>(Exchange&)>;

/// Who may use a route.
struct Access {
  enum class Kind : std::uint8_t { roles, open, loopback };
  Kind kind = Kind::roles;
  auth::Roles allowed;

  static Access open() { return {Kind::open, {}}; }          ///< anybody, also without a key
  static Access loopback() { return {Kind::loopback, {}}; }  ///< anybody on this machine
  static Access roles(auth::Roles roles) { return {Kind::roles, roles}; }
};

/// What is known about a route beside its handler: tests, OpenAPI, metrics and logs go by it.
struct RouteInfo {
  std::string name;  ///< snake_case, unique; the label of metrics and logs
  Access access;
  std::size_t body_limit = 1024 * 1024;  ///< bytes of a buffered body, as sent and inflated
  bool bureau_scoped = false;            ///< another bureau's entity must look absent

  RouteInfo() = default;
  RouteInfo(std::string route_name, Access who) : name(std::move(route_name)), access(who) {}
  RouteInfo& limit(std::size_t bytes) & { return body_limit = bytes, *this; }
  RouteInfo&& limit(std::size_t bytes) && { return body_limit = bytes, std::move(*this); }
  RouteInfo&& scoped() && { return bureau_scoped = true, std::move(*this); }
};

/// One line of a service's HTTP surface.
struct Route {
  Verb verb = Verb::get;
  std::string pattern;  ///< e.g. `/operator/v1/items/{id}`
  RouteInfo info;
  Handler handler;  ///< exactly one of these two is set
  StreamHandler streams;

  std::vector<std::string> segments;  ///< of the pattern
  std::size_t index = 0;              ///< in `Router::routes()`
};

/// The one table of what a service answers; read it to know the service's HTTP surface.
class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// `{name}` stands for one whole, non-empty segment; a literal segment wins over it. A route of `get` answers HEAD too.
  /// Throws `std::logic_error` if verb and pattern, or the name, were added before.
  void add(Verb verb, std::string pattern, RouteInfo info, Handler handler);
  /// The handler reads the body itself, of any length, and writes its answer while doing so.
  void add_streaming(Verb verb, std::string pattern, RouteInfo info, StreamHandler handler);

  const std::deque<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;
    std::string allow;       ///< without a route: the verbs this path knows; empty = unknown path
    bool malformed = false;  ///< a segment's percent-escape is broken
  };
  /// Finds the route of `request` and sets the request's params.
  Match match(Request& request) const;

 private:
  struct Node;
  const Route& insert(Route route);

  std::deque<Route> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace zhida::http
