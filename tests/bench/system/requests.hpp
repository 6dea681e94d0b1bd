#pragma once

#include "bench/system/measure.hpp"
#include "platform/http/client.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace zhida::bench {

/// What a round of requests came to.
struct Round {
  double per_second = 0;
  Durations durations;
};

/// Sends `requests` requests to 127.0.0.1:`port` over `connections` connections kept alive, each one after the other. `make` gives request
/// number i. Throws if one is not answered with `expected`.
Round drive(std::uint16_t port, std::size_t requests, std::size_t connections, std::function<http::ClientRequest(std::uint64_t i)> make,
            http::Status expected = http::Status::ok);

}  // namespace zhida::bench
