#pragma once

#include "standalone/client/api_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace zhida::standalone {

struct SampleSettings {
  std::uint64_t enterprises = 20'000;
  std::uint64_t seed = 42;
};

/// Puts the 99 policies, their packages and synthetic enterprises into the running `system`, through its public API,
/// with a progress bar on the terminal. What is there already stays: a second call with the same settings returns at once, a cut-off
/// one goes on. Throws `CommandFailed`.
boost::asio::awaitable<void> load_sample(const TargetSystem& system, SampleSettings settings);

}  // namespace zhida::standalone
