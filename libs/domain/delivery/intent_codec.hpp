#pragma once

#include "domain/delivery/bytes.hpp"
#include "domain/delivery/ledger.hpp"

namespace zhida::delivery {

/// One intent of a ledger as bytes. `before`: the campaign of the one before it, 0 for the first; campaigns are kept as distances.
void put_intent(ByteWriter& out, const IntentRecord& record, CampaignNumber before);

/// Replaces `record`, keeping its memory. `in` fails at what `put_intent` cannot have written.
void get_intent(ByteReader& in, IntentRecord& record, CampaignNumber before);

}  // namespace zhida::delivery
