#pragma once

#include "contracts/intents/intents_decided.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace zhida::contracts {

/// The facts of a block of intents, read in one pass.
struct PlainFacts {
  std::vector<DecidedFact> facts;
  std::vector<delivery::ItemDecision> decisions;  ///< what `facts` have spans of
  std::vector<std::string_view> values;           ///< of each fact, as JSON; empty = none

  /// `text` begins behind the bracket that opens the array of facts, and all views are of it. `items` = decisions of each fact.
  /// False if something is wrong or unusual; the block must be read thoroughly then.
  bool read(std::string_view text, std::size_t items);
};

}  // namespace zhida::contracts
