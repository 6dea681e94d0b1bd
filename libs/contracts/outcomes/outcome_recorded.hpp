#pragma once

#include "domain/delivery/facts.hpp"
#include "domain/enterprise/uscc.hpp"
#include "domain/field_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::contracts {

/// The data centre reported what came of an item for an enterprise. Key: uscc. Schema: schemas/events/outcome_recorded.v1.json
struct OutcomeRecorded {
  static constexpr std::string_view type_name = "zhida.outcome.recorded.v1";

  std::string id;  ///< 1–128 characters; the first record of an id counts
  enterprise::Uscc uscc;
  std::string item;
  std::optional<std::uint32_t> version;
  delivery::OutcomeType type = delivery::OutcomeType::applied;
  domain::Instant at;
  std::optional<std::int64_t> amount_fen;  ///< 0 … 10^17
  std::optional<std::uint32_t> instalment;
  std::string fund;  ///< these three: empty = not said
  std::string payer;
  std::string source;

  /// What the ledger keeps of it.
  delivery::OutcomeFact fact() const;

  friend bool operator==(const OutcomeRecorded&, const OutcomeRecorded&) = default;
};

std::string to_json(const OutcomeRecorded& event);

/// Errors: everything that is wrong; unknown members are ignored.
domain::Checked<OutcomeRecorded> read_outcome_recorded(std::string_view json);

}  // namespace zhida::contracts
