#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "domain/delivery/ledger.hpp"

#include <string>

namespace zhida::effect_service {

/// Appends rows of an export, one an intent, as NDJSON or CSV.
class IntentRows {
 public:
  explicit IntentRows(bool csv) : csv_(csv) {}

  /// The names of the columns; nothing for NDJSON.
  void add_head(std::string& out) const;

  /// `fact` is one of `block`; `intent` what the enterprise's ledger says of it, decided by this fact.
  void add(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact,
           const delivery::IntentRecord& intent) const;

 private:
  bool csv_;
};

}  // namespace zhida::effect_service
