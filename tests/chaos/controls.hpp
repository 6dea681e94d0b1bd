#pragma once

#include "chaos/injector.hpp"
#include "chaos/system.hpp"
#include "chaos/traffic.hpp"
#include "chaos/witness.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace zhida::chaos {

/// Spoils a system that is sound in the two ways that its design forbids, and lets the judge look at it: what it does not see then, it
/// would not see in earnest. Returns what is wrong with the judge, in words. To be called by the thread that made the system.
std::vector<std::string> play_controls(System& system, Traffic& traffic, Witness& witness, Injector& injector, std::uint64_t seed);

}  // namespace zhida::chaos
