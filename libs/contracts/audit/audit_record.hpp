#pragma once

#include "contracts/json.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace zhida::contracts {

/// SHA-256 of a text, in lower-case hex: passed in, because this layer has no cryptography.
using Sha256Hex = std::function<std::string(std::string_view)>;

/// Who did what. Topic `audit`, in catalog order, each record bound to the one before. Schema: schemas/events/audit_recorded.v1.json
struct AuditRecorded {
  static constexpr std::string_view type = "zhida.audit.recorded.v1";
  /// What the first record has as `previous`.
  static constexpr std::string_view genesis = "0000000000000000000000000000000000000000000000000000000000000000";

  std::uint64_t sequence = 0;        ///< 1, 2, 3, …
  std::uint64_t catalog_offset = 0;  ///< of the outcome it tells of
  Instant at{};
  std::string key_id;  ///< who; empty = the system
  std::string role, bureau;
  std::string command;  ///< id
  std::string action;   ///< kind of command: `campaign.approve`
  std::string entity;   ///< `campaign/c12`
  std::uint64_t revision = 0;
  std::string outcome;   ///< type of the catalog event
  std::string problem;   ///< type of the problem if it was refused, else empty
  std::string previous;  ///< hash of the record before
  std::string hash;      ///< of `previous`, a line feed and the canonical JSON of everything but `hash`

  friend bool operator==(const AuditRecorded&, const AuditRecorded&) = default;
};

std::string to_json(const AuditRecorded& record);
Checked<AuditRecorded> audit_recorded_from_json(std::string_view json);

/// Gives `record` its sequence, previous and hash as the successor of the record with `sequence` and `hash` (0 and `genesis` = none).
void chain(AuditRecorded& record, std::uint64_t previous_sequence, std::string_view previous_hash, const Sha256Hex& sha256);

/// Whether `record` is unchanged and the successor of that record.
bool follows(const AuditRecorded& record, std::uint64_t previous_sequence, std::string_view previous_hash, const Sha256Hex& sha256);

}  // namespace zhida::contracts
