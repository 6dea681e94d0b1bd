#pragma once

#include "platform/redis/address.hpp"

#include <boost/system/result.hpp>

#include <string_view>
#include <vector>

namespace zhida::redis {

/// The Redis that a setting names: one server, or some servers of a cluster, by which the others are found.
struct Servers {
  std::vector<Address> addresses;  ///< one, or of a cluster at least one; all with the same user and password
  bool cluster = false;

  Servers() = default;
  Servers(Address one) : addresses(1, std::move(one)) {}  // NOLINT(google-explicit-constructor): one server is what is mostly meant

  /// Reads what `Address::parse` reads, or `redis+cluster://[[user]:password@]host[:port],host[:port],…`.
  /// Error: `invalid_argument`.
  static boost::system::result<Servers> parse(std::string_view text);
};

}  // namespace zhida::redis
