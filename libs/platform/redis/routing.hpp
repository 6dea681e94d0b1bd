#pragma once

#include "platform/redis/commands.hpp"
#include "platform/redis/slot.hpp"

#include <cstddef>
#include <vector>

namespace zhida::redis {

/// Commands of a pipeline that go to one server together: one command, or all from MULTI to EXEC.
struct Routed {
  enum class To {
    slot,   ///< to the server of `slot`
    any,    ///< to any server: it names no key
    every,  ///< to every server: SCRIPT, FLUSHALL
  };

  std::size_t first = 0;
  std::size_t count = 1;
  To to = To::any;
  Slot slot = 0;
  bool only_reads = false;  ///< may be run twice
};

/// Where each of the commands goes in a cluster. The slot is that of the first key: what EVAL and EVALSHA name, the pattern of SCAN and
/// KEYS (with what `\` hides in it), else the first argument of a command that takes keys.
std::vector<Routed> route(const Commands& commands);

}  // namespace zhida::redis
