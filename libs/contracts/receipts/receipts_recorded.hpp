#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "domain/delivery/facts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::contracts {

/// What the receipts of a block have in common.
struct ReceiptsHeader {
  delivery::CampaignNumber campaign = 0;
  std::string occurrence = "1";
  std::string channel = "page";
  domain::Instant at;
  std::uint64_t intents_offset = 0;  ///< the block of intents they answer, in the lane of this topic

  friend bool operator==(const ReceiptsHeader&, const ReceiptsHeader&) = default;
};

/// One intent changed its state.
struct Receipt {
  std::uint16_t index = 0;  ///< position in the block, poison facts counted
  enterprise::Uscc uscc;
  delivery::State state = delivery::State::none;
  std::uint32_t attempt = 0;
  delivery::Reason reason = delivery::Reason::none;
  std::optional<domain::Instant> until;  ///< end of a deferral
  std::vector<std::uint16_t> left_out;   ///< of a delivery: items of the package withdrawn before it, numbered from 1, ascending

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

/// A block `zhida.receipts.recorded.v1` of 1–1,000 receipts. Schema: schemas/events/receipts_recorded.v1.json
struct ReceiptsRecorded {
  static constexpr std::string_view type = "zhida.receipts.recorded.v1";
  static constexpr std::size_t most_facts = 1000;

  ReceiptsHeader header;
  std::vector<Receipt> facts;
  std::vector<PoisonFact> poison;  ///< only when read

  /// What the ledger keeps of `receipt`, which it views.
  delivery::ReceiptFact fact(const Receipt& receipt) const;
};

/// Throws std::logic_error unless there are 1–1,000 facts whose states, reasons and deferrals fit together.
std::string to_json(const ReceiptsRecorded& block);

/// Errors: everything wrong with the header; single facts that cannot be read go to `poison`.
domain::Checked<ReceiptsRecorded> read_receipts_recorded(std::string_view json, ReadingWay way = ReadingWay::quick);

}  // namespace zhida::contracts
