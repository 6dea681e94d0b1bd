#include "operator/commands/audit_chain.hpp"

#include "contracts/commands/command.hpp"
#include "contracts/json.hpp"
#include "contracts/topics.hpp"
#include "operator/commands/decision.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;

std::string problem_type_of(const contracts::CatalogEvent& event) {
  const auto* refused = std::get_if<contracts::CommandRefused>(&event.outcome);
  std::string type;
  if (refused == nullptr) return type;
  const auto read = contracts::read_json<bool>(refused->problem, [&type](contracts::JsonReader& reader) {
    reader.optional("type", type);
    return true;
  });
  return read.has_value() ? type : "";
}

}  // namespace

asio::awaitable<void> AuditChain::read_on() {
  const log::Range range = (co_await log_.range(contracts::topics::audit, 0)).value();
  next_ = std::max(next_, range.start);
  while (next_ < range.end) {
    const log::Batch batch = (co_await log_.read(contracts::topics::audit, 0, next_)).value();
    for (const log::RecordPtr& stored : batch.records) {
      if (stored->event.type != contracts::AuditRecorded::type) continue;
      const auto record = contracts::audit_recorded_from_json(stored->value);
      if (!record) continue;  // not of the chain; where one of the chain was made unreadable, the next does not follow
      if (contracts::follows(*record, sequence_, hash_, sha256_hex)) {
        sequence_ = record->sequence;
        hash_ = record->hash;
        next_catalog_ = static_cast<log::Offset>(record->catalog_offset) + 1;
        continue;
      }
      // A late record of an owner that was replaced is whole, and its number is taken.
      const bool late = record->sequence <= sequence_ && contracts::follows(*record, record->sequence - 1, record->previous, sha256_hex);
      if (!late) throw BrokenAudit("the audit chain is broken at record " + std::to_string(stored->offset) + " of topic audit");
    }
    next_ = batch.next;
  }
}

asio::awaitable<void> AuditChain::extend() {
  co_await read_on();
  const log::Range range = (co_await log_.range(contracts::topics::catalog, 0)).value();
  for (log::Offset next = std::max(range.start, next_catalog_); next < range.end;) {
    const log::Batch batch = (co_await log_.read(contracts::topics::catalog, 0, next)).value();
    std::uint64_t sequence = sequence_;
    std::string hash = hash_;
    std::vector<log::NewRecord> records;
    for (const log::RecordPtr& stored : batch.records) {
      auto event = contracts::catalog_event_from_json(stored->event.type, stored->value);
      if (event.has_error()) continue;  // quarantined by the catalogue's fold
      contracts::AuditRecorded audit = co_await describe(std::move(*event), stored->offset);
      contracts::chain(audit, sequence, hash, sha256_hex);
      sequence = audit.sequence;
      hash = audit.hash;
      log::NewRecord record;
      record.topic = contracts::topics::audit;
      record.value = contracts::to_json(audit);
      record.event = log::CloudEvent{"audit/" + std::to_string(audit.sequence), std::string(contracts::AuditRecorded::type), "/operator",
                                     audit.at.time_since_epoch().count(), stored->event.traceparent};
      records.push_back(std::move(record));
    }
    next = batch.next;
    if (records.empty()) continue;
    const auto appended = co_await log_.append(std::move(records));
    if (appended.has_error()) throw boost::system::system_error(appended.error(), "the audit records could not be written");
    co_await read_on();
  }
}

asio::awaitable<contracts::AuditRecorded> AuditChain::describe(contracts::CatalogEvent event, log::Offset offset) {
  contracts::AuditRecorded audit;
  const auto commands = co_await log_.read(contracts::topics::commands, 0, static_cast<log::Offset>(event.command_offset));
  // Two owners must write the same: only a command that is gone for good leaves the record without its role.
  if (commands.has_error() && commands.error() != log::Error::trimmed)
    throw boost::system::system_error(commands.error(), "the command of an audit record could not be read");
  if (commands.has_value() && !commands->records.empty()) {
    const auto command = contracts::command_requested_from_json(commands->records.front()->event.type, commands->records.front()->value);
    if (command.has_value() && command->command == event.command) {
      audit.role = command->role;
      audit.bureau = command->bureau;
    }
  }
  audit.catalog_offset = static_cast<std::uint64_t>(offset);
  audit.at = event.at;
  audit.key_id = event.by;
  audit.command = event.command;
  audit.action = domain::name_of(event.kind);
  audit.entity = event.key();
  audit.revision = event.revision;
  audit.outcome = contracts::type_of(event);
  audit.problem = problem_type_of(event);
  co_return audit;
}

}  // namespace zhida::operators
