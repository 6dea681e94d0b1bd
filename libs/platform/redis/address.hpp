#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::redis {

/// Where a Redis server listens, and as whom to speak to it.
struct Address {
  std::string socket;  ///< path of a unix socket; empty: `host` and `port`
  std::string host;    ///< an IP address, or a name that resolves fast: hiredis blocks meanwhile
  std::uint16_t port = 6379;
  std::string user;      ///< ACL user; empty: the default user
  std::string password;  ///< empty: no AUTH

  /// Reads `redis://[[user]:password@]host[:port]`, `unix:[//]/path`, `/path` or `host[:port]`.
  /// Error: `invalid_argument`.
  static boost::system::result<Address> parse(std::string_view text);
};

}  // namespace zhida::redis
