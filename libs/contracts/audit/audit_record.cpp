#include "contracts/audit/audit_record.hpp"

#include "contracts/canonical_json.hpp"

#include <stdexcept>

namespace zhida::contracts {
namespace {

void write_unhashed(JsonWriter& writer, const AuditRecorded& record) {
  writer.member("sequence", record.sequence);
  writer.member("catalog_offset", record.catalog_offset);
  writer.member("at", record.at);
  writer.member("key_id", record.key_id);
  writer.member("role", record.role);
  writer.member("bureau", record.bureau);
  writer.member("command", record.command);
  writer.member("action", record.action);
  writer.member("entity", record.entity);
  writer.member("revision", record.revision);
  writer.member("outcome", record.outcome);
  if (!record.problem.empty()) writer.member("problem", record.problem);
  writer.member("previous", record.previous);
}

std::string hash_of(const AuditRecorded& record, const Sha256Hex& sha256) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  write_unhashed(writer, record);
  writer.end_object();
  JsonText json;
  const Json* value = json.parse(text);
  if (value == nullptr) throw std::logic_error("an audit record was written as JSON that does not parse: " + json.error().detail);
  return sha256(record.previous + "\n" + canonical_json(*value));
}

std::uint64_t read_number(JsonReader& reader, std::string_view name) {
  std::int64_t number = 0;
  reader.required(name, number);
  if (number < 0) reader.report(name, "range", "must not be negative.", "不能为负数。");
  return static_cast<std::uint64_t>(number);
}

}  // namespace

std::string to_json(const AuditRecorded& record) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  write_unhashed(writer, record);
  writer.member("hash", record.hash);
  writer.end_object();
  return text;
}

Checked<AuditRecorded> audit_recorded_from_json(std::string_view json) {
  return read_json<AuditRecorded>(json, [](JsonReader& reader) {
    AuditRecorded record;
    record.sequence = read_number(reader, "sequence");
    record.catalog_offset = read_number(reader, "catalog_offset");
    reader.required("at", record.at);
    reader.required("key_id", record.key_id);
    reader.required("role", record.role);
    reader.required("bureau", record.bureau);
    reader.required("command", record.command);
    reader.required("action", record.action);
    reader.required("entity", record.entity);
    record.revision = read_number(reader, "revision");
    reader.required("outcome", record.outcome);
    reader.optional("problem", record.problem);
    reader.required("previous", record.previous);
    reader.required("hash", record.hash);
    return record;
  });
}

void chain(AuditRecorded& record, std::uint64_t previous_sequence, std::string_view previous_hash, const Sha256Hex& sha256) {
  record.sequence = previous_sequence + 1;
  record.previous = previous_hash;
  record.hash = hash_of(record, sha256);
}

bool follows(const AuditRecorded& record, std::uint64_t previous_sequence, std::string_view previous_hash, const Sha256Hex& sha256) {
  return record.sequence == previous_sequence + 1 && record.previous == previous_hash && record.hash == hash_of(record, sha256);
}

}  // namespace zhida::contracts
