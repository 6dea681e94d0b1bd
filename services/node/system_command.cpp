#include "node/system_command.hpp"

#include "contracts/json.hpp"
#include "contracts/topics.hpp"
#include "platform/auth/digest.hpp"
#include "platform/auth/encoding.hpp"

#include <utility>

namespace zhida::node {
namespace {

std::string sha256_hex(std::string_view text) { return auth::hex(auth::bytes_of(auth::sha256(text))); }

}  // namespace

contracts::CommandRequested system_command(contracts::CommandKind kind, std::string entity, std::uint64_t revision, std::string_view reason,
                                           domain::Instant now) {
  contracts::CommandRequested command;
  command.kind = kind;
  command.entity = std::move(entity);
  command.role = "system";
  command.command =
      sha256_hex("system\n" + std::string(domain::name_of(kind)) + "\n" + command.entity + "\n" + std::to_string(revision)).substr(0, 32);
  if (!reason.empty()) {
    contracts::JsonWriter writer(command.body);
    writer.begin_object();
    writer.member("reason", reason);
    writer.end_object();
  }
  command.body_hash = sha256_hex(command.body);
  command.if_match = revision;
  command.at = now;
  return command;
}

log::NewRecord record_of(const contracts::CommandRequested& command, std::string traceparent) {
  log::NewRecord record;
  record.topic = contracts::topics::commands;
  record.key = command.key();
  record.value = contracts::to_json(command);
  record.event = log::CloudEvent{command.command, std::string(contracts::CommandRequested::type), "/operator",
                                 command.at.time_since_epoch().count(), std::move(traceparent)};
  return record;
}

}  // namespace zhida::node
