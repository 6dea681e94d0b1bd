#pragma once

#include "contracts/commands/command.hpp"
#include "platform/log/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::node {

/// A command that no person asks for. Its id follows from kind, entity and `revision`, so that asking twice is harmless.
contracts::CommandRequested system_command(contracts::CommandKind kind, std::string entity, std::uint64_t revision, std::string_view reason,
                                           domain::Instant now);

/// A command as a record of topic `commands`.
log::NewRecord record_of(const contracts::CommandRequested& command, std::string traceparent);

}  // namespace zhida::node
