#include "platform/http/router.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

namespace zhida::http {
namespace {

constexpr std::size_t verb_count = static_cast<std::size_t>(Verb::other) + 1;

std::string_view take_segment(std::string_view& rest) {
  rest.remove_prefix(1);  // the slash
  const std::string_view segment = rest.substr(0, rest.find('/'));
  rest.remove_prefix(segment.size());
  return segment;
}

bool is_param(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> param;
  std::array<const Route*, verb_count> routes{};

  bool known() const {
    return std::ranges::any_of(routes, [](const Route* route) { return route != nullptr; });
  }

  /// The node of `path`; literal segments win, going back to `{param}` where they lead nowhere.
  const Node* find(std::string_view rest, bool& malformed) const {
    if (rest.empty()) return known() ? this : nullptr;
    const std::string_view segment = take_segment(rest);
    if (const auto literal = literals.find(segment); literal != literals.end())
      if (const Node* found = literal->second->find(rest, malformed)) return found;
    if (segment.find('%') != std::string_view::npos) {
      const auto decoded = percent_decode(segment, false);
      if (!decoded) {
        malformed = true;
        return nullptr;
      }
      if (const auto literal = literals.find(*decoded); literal != literals.end())
        if (const Node* found = literal->second->find(rest, malformed)) return found;
    }
    return param && !segment.empty() ? param->find(rest, malformed) : nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Verb verb, std::string pattern, RouteInfo info, Handler handler) {
  Route route;
  route.verb = verb;
  route.pattern = std::move(pattern);
  route.info = std::move(info);
  route.handler = std::move(handler);
  insert(std::move(route));
}

void Router::add_streaming(Verb verb, std::string pattern, RouteInfo info, StreamHandler handler) {
  Route route;
  route.verb = verb;
  route.pattern = std::move(pattern);
  route.info = std::move(info);
  route.streams = std::move(handler);
  insert(std::move(route));
}

const Route& Router::insert(Route route) {
  if (!route.pattern.starts_with('/')) throw std::logic_error("a pattern starts with a slash: " + route.pattern);
  if (std::ranges::any_of(routes_, [&](const Route& known) { return known.info.name == route.info.name; }))
    throw std::logic_error("two routes are called " + route.info.name);

  Node* node = root_.get();
  for (std::string_view rest = route.pattern; !rest.empty();) {
    const std::string_view segment = take_segment(rest);
    route.segments.emplace_back(segment);
    auto& child = is_param(segment) ? node->param : node->literals[std::string(segment)];
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  const Route*& place = node->routes[static_cast<std::size_t>(route.verb)];
  if (place != nullptr) throw std::logic_error("two routes for " + std::string(name_of(route.verb)) + " " + route.pattern);
  route.index = routes_.size();
  routes_.push_back(std::move(route));
  place = &routes_.back();
  return routes_.back();
}

Router::Match Router::match(Request& request) const {
  Match match;
  const std::string_view path = request.path();
  const Node* node = path.starts_with('/') ? root_->find(path, match.malformed) : nullptr;
  if (node == nullptr) return match;

  match.route = node->routes[static_cast<std::size_t>(request.verb)];
  if (match.route == nullptr && request.verb == Verb::head) match.route = node->routes[static_cast<std::size_t>(Verb::get)];
  if (match.route == nullptr) {
    for (const Route* route : node->routes) {
      if (route == nullptr) continue;
      if (!match.allow.empty()) match.allow += ", ";
      match.allow += name_of(route->verb);
      if (route->verb == Verb::get && node->routes[static_cast<std::size_t>(Verb::head)] == nullptr) match.allow += ", HEAD";
    }
    return match;
  }

  std::string_view rest = path;
  for (const std::string& segment : match.route->segments) {
    const std::string_view given = take_segment(rest);
    if (!is_param(segment)) continue;
    auto decoded = percent_decode(given, false);
    if (!decoded) {
      match.malformed = true;
      match.route = nullptr;
      return match;
    }
    request.set_param(std::string_view(segment).substr(1, segment.size() - 2), *std::move(decoded));
  }
  return match;
}

}  // namespace zhida::http
