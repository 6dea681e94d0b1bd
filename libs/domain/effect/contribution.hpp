#pragma once

#include "domain/delivery/ledger.hpp"
#include "domain/effect/campaign_header.hpp"
#include "domain/effect/counters.hpp"

#include <span>

namespace zhida::effect {

/// Adds `sign` (1 or −1) times what one enterprise adds to the counters. A function of the ledger and the headers alone, so numbers
/// do not depend on how events interleaved.
///
/// Counted are decided intents of known campaigns. The published rules:
/// - by_state and by_reason count intents; Σ by_state = decided. Everything unique counts distinct (campaign, enterprise).
/// - Events on the package as a whole count for the campaign, those on an item for the campaign and the item; so an item's events are
///   part of the campaign's. The campaign's, and an item's, `reached` is proved by an impression or seen of the package or of the item.
/// - Conversions: see conversion.hpp. Benefits, of reached enterprises: see benefit.hpp; whose money it is: outcome_credit.hpp.
/// - Rows of campaign 0 count distinct enterprises over all campaigns: per item those eligible, of these the reached, and benefits; over
///   all items enterprises, delivered, reached, benefits.
/// - Cells take the hour of the thing itself: decided, (first) delivered, first proof, each event, first event for unique, the outcome.
///   Events dated before the delivery of their intent count in its hour.
void contribute(Counters& into, const delivery::Ledger& ledger, const CampaignHeaders& headers, int sign = 1);

/// The same without the rows of campaigns other than `changing` (ascending), for taking off a ledger's contribution and putting on that of
/// its successor: rows of campaigns with neither other intents nor another header are the same in both. Not for ledgers with outcomes,
/// whose money may move from one campaign to another.
void contribute_changing(Counters& into, const delivery::Ledger& ledger, const CampaignHeaders& headers, int sign,
                         std::span<const CampaignNumber> changing);

Counters contribution(const delivery::Ledger& ledger, const CampaignHeaders& headers);

}  // namespace zhida::effect
