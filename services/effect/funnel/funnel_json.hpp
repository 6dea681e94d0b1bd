#pragma once

#include "domain/effect/funnel.hpp"
#include "platform/json/writer.hpp"
#include "stores/deliveries/deliveries_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zhida::effect_service {

/// The counts of intents that belong to a funnel: of a campaign, and the same for each of its items, because an intent carries them all.
struct IntentCounts {
  std::optional<std::int64_t> audience;
  const effect::Funnel& campaign;
};

/// What reach is: so many of so many.
struct Reach {
  std::int64_t reached = 0;
  std::int64_t base = 0;
};

/// `audience`, `decided`, `by_state`, `by_reason`, then everything else of `funnel`, as members of an open object. States and reasons that
/// nobody is in are left out.
void write_funnel(json::Writer& writer, const IntentCounts& intents, const effect::Funnel& funnel, Reach reach);

/// `"by_state":{…},"by_reason":{…}`
void write_states(json::Writer& writer, const effect::Funnel& campaign);

/// `{"estimated","conditional","confirmed","paid","unknown","confirmed_fen","paid_fen"}`: yuan rounded down; the exact amounts that
/// authorities reported besides; `unknown` is the number of benefits without a known amount.
void write_benefit(json::Writer& writer, const effect::BenefitSums& sums);

/// `"folded_to":{topic: offset}`: of each topic the next offsets of its partitions added up, so that it is one number that only grows;
/// `"positions":{topic: [offset by partition]}`: one by one.
void write_folded_to(json::Writer& writer, const stores::FoldedTo& folded_to);

/// `"invariants":"hold"`, or the sentences.
void write_invariants(json::Writer& writer, const std::vector<std::string>& broken);

/// Whole yuan in so many fen, rounded down.
std::int64_t yuan_of(std::int64_t fen);

}  // namespace zhida::effect_service
