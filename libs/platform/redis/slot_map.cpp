#include "platform/redis/slot_map.hpp"

#include <algorithm>
#include <charconv>

namespace zhida::redis {
namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// An element of CLUSTER SLOTS: host (or nothing), port, and more.
std::optional<Endpoint> endpoint_in(const Reply& server, const std::string& asked) {
  if (server.items.size() < 2 || server.items[1].integer <= 0 || server.items[1].integer > UINT16_MAX) return std::nullopt;
  Endpoint endpoint;
  endpoint.host = server.items[0].text.empty() ? asked : server.items[0].text;
  endpoint.port = static_cast<std::uint16_t>(server.items[1].integer);
  return endpoint;
}

}  // namespace

std::optional<SlotMap> SlotMap::parse(const Reply& reply, const std::string& asked) {
  if (reply.kind != Reply::Kind::array) return std::nullopt;
  SlotMap map;
  for (const Reply& range : reply.items) {
    if (range.items.size() < 3) return std::nullopt;
    const std::int64_t first = range.items[0].integer, last = range.items[1].integer;
    if (first < 0 || first > last || last >= slots) return std::nullopt;
    for (std::size_t i = 2; i < range.items.size(); ++i) {
      std::optional<Endpoint> endpoint = endpoint_in(range.items[i], asked);
      if (!endpoint) return std::nullopt;
      if (endpoint->host == "?") continue;  // a server without an address is nobody's
      if (i > 2) {
        if (std::ranges::find(map.replicas_, *endpoint) == map.replicas_.end()) map.replicas_.push_back(std::move(*endpoint));
        continue;
      }
      const std::uint16_t index = map.index_of(*endpoint);
      for (std::int64_t slot = first; slot <= last; ++slot) map.owner_[static_cast<std::size_t>(slot)] = index;
    }
  }
  return map;
}

const Endpoint* SlotMap::owner(Slot slot) const {
  const std::uint16_t index = owner_[slot];
  return index == none ? nullptr : &masters_[index];
}

void SlotMap::assign(Slot slot, const Endpoint& endpoint) { owner_[slot] = index_of(endpoint); }

bool SlotMap::complete() const { return std::ranges::find(owner_, none) == owner_.end(); }

bool SlotMap::serves_like(const SlotMap& other) const {
  for (Slot slot = 0; slot < slots; ++slot) {
    const Endpoint* mine = owner(slot);
    const Endpoint* theirs = other.owner(slot);
    if ((mine == nullptr) != (theirs == nullptr) || (mine != nullptr && *mine != *theirs)) return false;
  }
  return true;
}

std::uint16_t SlotMap::index_of(const Endpoint& master) {
  const auto found = std::ranges::find(masters_, master);
  const auto index = static_cast<std::uint16_t>(found - masters_.begin());
  if (found == masters_.end()) masters_.push_back(master);
  return index;
}

std::optional<Redirection> Redirection::parse(const Reply& reply, const std::string& asked) {
  const bool moved = reply.is_error("MOVED");
  if (!moved && !reply.is_error("ASK")) return std::nullopt;
  std::string_view rest(reply.text);
  rest.remove_prefix(std::min<std::size_t>(rest.size(), moved ? 6 : 4));
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto slot = number_in<Slot>(rest.substr(0, space));
  rest.remove_prefix(space + 1);
  const std::size_t colon = rest.rfind(':');  // an IPv6 address stands there without brackets
  if (!slot || *slot >= slots || colon == std::string_view::npos) return std::nullopt;
  const auto port = number_in<std::uint16_t>(rest.substr(colon + 1));
  if (!port) return std::nullopt;
  Redirection redirection;
  redirection.kind = moved ? Kind::moved : Kind::ask;
  redirection.slot = *slot;
  redirection.endpoint.host = colon == 0 ? asked : std::string(rest.substr(0, colon));
  redirection.endpoint.port = *port;
  return redirection;
}

}  // namespace zhida::redis
