#pragma once

#include "domain/delivery/ledger.hpp"
#include "domain/enterprise/uscc.hpp"
#include "effect/verify/account.hpp"
#include "effect/verify/differences.hpp"

#include <string>

namespace zhida::effect_service::verify {

/// Where a compared ledger stands.
struct LedgerPlace {
  int partition = 0;
  std::string key;
  enterprise::Uscc uscc;
};

/// Compares, field by field, what is served about an enterprise with what the log says.
void compare(const LedgerPlace& place, const Account& expected, const delivery::Ledger& served, Differences& into);

}  // namespace zhida::effect_service::verify
