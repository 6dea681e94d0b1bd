#pragma once

#include "domain/delivery/facts.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>

namespace zhida::contracts {

// What holds for every fact of `zhida.intents.decided.v1`, whoever writes or reads it.

/// Beyond it an estimate is no estimate.
inline constexpr std::int64_t most_benefit = 1'000'000'000'000'000;

/// To be sent, not to be sent and why, or, for an enterprise that was decided only after the campaign's end, ended with it.
inline bool is_decision(delivery::State state, delivery::Reason reason) {
  using delivery::State;
  if (state == State::suppressed) return delivery::is_suppression(reason);
  return (state == State::matched || state == State::expired || state == State::cancelled) && reason == delivery::Reason::none;
}

/// Nine digits; 0 if they are not.
inline std::uint32_t street_number(std::string_view street) {
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(street.data(), street.data() + street.size(), number);
  return error == std::errc{} && stop == street.data() + street.size() && street.size() == 9 ? number : 0;
}

}  // namespace zhida::contracts
