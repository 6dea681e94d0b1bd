#pragma once

#include "domain/date_time.hpp"
#include "domain/field_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::contracts {

/// Input that could not be used, kept with the reason. Schema: schemas/events/input_quarantined.v1.json
struct DeadLetter {
  static constexpr std::string_view type = "zhida.input.quarantined.v1";

  std::string topic;  ///< where it was found
  int partition = 0;
  std::uint64_t offset = 0;
  std::optional<std::uint16_t> index;  ///< of the fact inside its block; nothing = the whole record
  std::string event_type;              ///< CloudEvents type of the record; may be empty
  std::string key;                     ///< of the record; may be empty
  domain::FieldError reason;
  std::string value;  ///< what could not be used: bytes as they were, the first MiB of them
  domain::Instant at;

  /// `intents/3/1207/44`: the same input gives the same id, so that a repeated quarantine is one.
  std::string id() const;

  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

/// A value that is not UTF-8 travels as base64; in other texts `?` stands for bytes that are none.
std::string to_json(const DeadLetter& letter);

/// Errors: everything that is wrong; unknown members are ignored.
domain::Checked<DeadLetter> read_dead_letter(std::string_view json);

}  // namespace zhida::contracts
