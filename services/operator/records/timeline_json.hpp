#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/delivery/ledger.hpp"
#include "domain/enterprise/disclosure.hpp"
#include "domain/enterprise/uscc.hpp"

#include <string>

namespace zhida::operators {

/// One decision about an enterprise as its timeline shows it: what became of the intent, what it rested on, what happened with it.
/// `evidence` is the record that holds the decision, with this fact only.
std::string timeline_entry(const enterprise::Uscc& uscc, const delivery::IntentRecord& intent, const campaign::Campaign& campaign,
                           const contracts::IntentsDecided& evidence, const enterprise::Disclosure& reader);

}  // namespace zhida::operators
