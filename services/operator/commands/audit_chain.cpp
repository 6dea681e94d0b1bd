#include "operator/commands/audit_chain.hpp"

#include "contracts/commands/command.hpp"
#include "contracts/json.hpp"
#include "contracts/topics.hpp"
#include "operator/commands/decision.hpp"

#include <stdexcept>
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

asio::awaitable<void> AuditChain::open() {
  const log::Range range = (co_await log_.range(contracts::topics::audit, 0)).value();
  for (log::Offset next = range.start; next < range.end;) {
    const log::Batch batch = (co_await log_.read(contracts::topics::audit, 0, next)).value();
    for (const log::RecordPtr& stored : batch.records) {
      const auto record = contracts::audit_recorded_from_json(stored->value);
      if (record.has_error() || !contracts::follows(*record, sequence_, hash_, sha256_hex))
        throw std::runtime_error("the audit chain is broken at record " + std::to_string(stored->offset) + " of topic audit");
      sequence_ = record->sequence;
      hash_ = record->hash;
      next_catalog_ = static_cast<log::Offset>(record->catalog_offset) + 1;
    }
    next = batch.next;
  }
  co_await add_missing();
}

asio::awaitable<void> AuditChain::add_missing() {
  const log::Range range = (co_await log_.range(contracts::topics::catalog, 0)).value();
  for (log::Offset next = std::max(range.start, next_catalog_); next < range.end;) {
    const log::Batch batch = (co_await log_.read(contracts::topics::catalog, 0, next)).value();
    for (const log::RecordPtr& stored : batch.records) {
      const auto event = contracts::catalog_event_from_json(stored->event.type, stored->value);
      if (event.has_error()) continue;  // quarantined by the catalogue's fold
      std::string role, bureau;
      const auto commands = co_await log_.read(contracts::topics::commands, 0, static_cast<log::Offset>(event->command_offset));
      if (commands.has_value() && !commands->records.empty()) {
        const auto command = contracts::command_requested_from_json(commands->records.front()->value);
        if (command.has_value() && command->command == event->command) {
          role = command->role;
          bureau = command->bureau;
        }
      }
      std::vector<Entry> entries;
      entries.push_back({&*event, stored->offset, std::move(role), std::move(bureau)});
      co_await add(std::move(entries));
    }
    next = batch.next;
  }
}

asio::awaitable<void> AuditChain::add(std::vector<Entry> entries) {
  std::uint64_t sequence = sequence_;
  std::string hash = hash_;
  std::vector<log::NewRecord> records;
  for (Entry& entry : entries) {
    const contracts::CatalogEvent& event = *entry.event;
    contracts::AuditRecorded audit;
    audit.catalog_offset = static_cast<std::uint64_t>(entry.catalog_offset);
    audit.at = event.at;
    audit.key_id = event.by;
    audit.role = std::move(entry.role);
    audit.bureau = std::move(entry.bureau);
    audit.command = event.command;
    audit.action = domain::name_of(event.kind);
    audit.entity = event.key();
    audit.revision = event.revision;
    audit.outcome = contracts::type_of(event);
    audit.problem = problem_type_of(event);
    contracts::chain(audit, sequence, hash, sha256_hex);
    sequence = audit.sequence;
    hash = audit.hash;

    log::NewRecord record;
    record.topic = contracts::topics::audit;
    record.value = contracts::to_json(audit);
    record.event = log::CloudEvent{"audit/" + std::to_string(audit.sequence), std::string(contracts::AuditRecorded::type), "/operator",
                                   event.at.time_since_epoch().count()};
    records.push_back(std::move(record));
  }
  const auto appended = co_await log_.append(std::move(records));
  if (appended.has_error()) throw boost::system::system_error(appended.error(), "the audit records could not be written");
  sequence_ = sequence;
  hash_ = std::move(hash);
  next_catalog_ = entries.back().catalog_offset + 1;
}

}  // namespace zhida::operators
