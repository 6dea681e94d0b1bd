#pragma once

#include "platform/redis/reply.hpp"
#include "platform/redis/slot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::redis {

/// `host:port` of a server as the cluster names it.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;

  std::string text() const { return host + ":" + std::to_string(port); }
};

/// Which server serves which slot.
class SlotMap {
 public:
  /// Nobody serves anything.
  SlotMap() : owner_(slots, none) {}

  /// Reads the reply of CLUSTER SLOTS; nothing if it is none. A server that does not know its own name is at `asked`.
  static std::optional<SlotMap> parse(const Reply& reply, const std::string& asked);

  /// Null if nobody serves it. Valid until the next `assign`.
  const Endpoint* owner(Slot slot) const;
  void assign(Slot slot, const Endpoint& endpoint);

  const std::vector<Endpoint>& masters() const { return masters_; }
  const std::vector<Endpoint>& replicas() const { return replicas_; }

  /// Whether every slot has an owner.
  bool complete() const;

  /// Whether all slots have the same owners.
  bool serves_like(const SlotMap& other) const;

 private:
  static constexpr std::uint16_t none = UINT16_MAX;

  std::uint16_t index_of(const Endpoint& master);

  std::vector<std::uint16_t> owner_;  // index into `masters_`, by slot
  std::vector<Endpoint> masters_;
  std::vector<Endpoint> replicas_;
};

/// The server that an error `MOVED slot host:port` or `ASK slot host:port` points to, and the slot. A server without a name is at `asked`.
struct Redirection {
  enum class Kind { moved, ask };

  Kind kind = Kind::moved;
  Slot slot = 0;
  Endpoint endpoint;

  static std::optional<Redirection> parse(const Reply& reply, const std::string& asked);
};

}  // namespace zhida::redis
