#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "domain/delivery/ledger.hpp"
#include "domain/enterprise/disclosure.hpp"

#include <string>

namespace zhida::effect_service {

/// Appends rows of an export, one an intent, as NDJSON or CSV.
class IntentRows {
 public:
  /// Values that `reader` may not read are null.
  IntentRows(bool csv, enterprise::Disclosure reader) : csv_(csv), reader_(reader) {}

  /// The names of the columns; nothing for NDJSON.
  void add_head(std::string& out) const;

  /// `fact` is one of `block`; `intent` what the enterprise's ledger says of it, decided by this fact.
  void add(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact,
           const delivery::IntentRecord& intent) const;

 private:
  std::string evidence_of(const contracts::IntentsDecided& block, const contracts::DecidedFact& fact) const;
  void add_json(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact,
                const delivery::IntentRecord& intent) const;
  void add_csv(std::string& out, const contracts::IntentsDecided& block, const contracts::DecidedFact& fact,
               const delivery::IntentRecord& intent) const;

  bool csv_;
  enterprise::Disclosure reader_;
};

}  // namespace zhida::effect_service
