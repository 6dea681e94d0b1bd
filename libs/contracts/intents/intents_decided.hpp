#pragma once

#include "contracts/reading_way.hpp"
#include "domain/delivery/facts.hpp"
#include "domain/effect/campaign_header.hpp"
#include "domain/enterprise/uscc.hpp"
#include "domain/field_error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::contracts {

/// One item of the decided package, as approved.
struct IntentItem {
  std::string id;
  std::uint32_t version = 0;
  std::string rule_hash;        ///< SHA-256 in hex of the rule that decided; empty = the item has none
  std::string exclusive_group;  ///< empty = none
  std::uint16_t conversion_days = 30;

  friend bool operator==(const IntentItem&, const IntentItem&) = default;
};

/// What the intents of a block have in common.
struct IntentsHeader {
  delivery::CampaignNumber campaign = 0;
  std::string occurrence = "1";
  std::string channel = "page";
  domain::Instant decided_at;
  std::uint64_t profile_position = 0;  ///< offset up to which profiles were folded
  std::vector<IntentItem> items;       ///< none for a package of documents

  delivery::IntentKeyView key() const { return {campaign, occurrence, channel}; }

  friend bool operator==(const IntentsHeader&, const IntentsHeader&) = default;
};

/// The facets effects are cut by, at decision; empty = unknown. `street` is a nine-digit code.
struct Facets {
  std::string_view size_class;
  std::string_view section;
  std::string_view street;
  std::string_view park;
  std::string_view building;
  std::string_view legal_form;

  friend bool operator==(const Facets&, const Facets&) = default;
};

/// Writes a block `zhida.intents.decided.v1`, fact by fact, straight into its JSON. Schema: schemas/events/intents_decided.v1.json
class IntentsWriter {
 public:
  static constexpr std::string_view type = "zhida.intents.decided.v1";
  static constexpr std::size_t most_facts = 1000;

  explicit IntentsWriter(const IntentsHeader& header);

  /// `values_json` is a JSON object, attribute → value the rules read; empty = none. `items` has as many elements as the header.
  /// Throws std::logic_error beyond 1,000 facts, and for a reason that does not fit the state.
  void add(const enterprise::Uscc& uscc, delivery::State state, delivery::Reason reason, const Facets& facets,
           std::span<const delivery::ItemDecision> items, std::string_view values_json = {});

  std::size_t facts() const { return facts_; }

  /// The block; the writer is used up. A block has at least one fact.
  std::string finish();

 private:
  std::string json_;
  std::size_t items_;
  std::size_t facts_ = 0;
};

/// One fact of a block as read. Views and spans live as long as the block.
struct DecidedFact {
  std::uint16_t index = 0;  ///< position in the block, poison facts counted
  enterprise::Uscc uscc;
  delivery::State state = delivery::State::matched;
  delivery::Reason reason = delivery::Reason::none;
  Facets facets;
  delivery::SizeBand size = delivery::SizeBand::unknown;  ///< of the facets
  std::uint32_t street = 0;                               ///< of the facets; 0 = unknown
  std::span<const delivery::ItemDecision> items;

  /// Takes over `size` and `street` from the facets; false if one of them is there and cannot be read.
  bool note_facets();

  /// What the ledger keeps of it.
  delivery::IntentFact fact(const IntentsHeader& header, delivery::Place block) const;
};

/// A fact that cannot be read; the others of its block can.
struct PoisonFact {
  std::uint16_t index = 0;
  domain::FieldError error;  ///< pointer into the block
  std::string json;          ///< the fact as it stood
};

/// A block as read. Movable; views stay good.
class IntentsDecided {
 public:
  const IntentsHeader& header() const { return header_; }
  const std::vector<DecidedFact>& facts() const { return facts_; }
  const std::vector<PoisonFact>& poison() const { return poison_; }

  /// The evidence of the fact at `index` of the block: attribute → value as JSON object, written anew on each call.
  std::string values_json(std::uint16_t index) const;

  /// The same for somebody who may not read every value: null instead of those of attributes that `shows` refuses.
  std::string values_json(std::uint16_t index, const std::function<bool(std::string_view attribute)>& shows) const;

  /// The fold's record of the campaign.
  effect::CampaignHeader campaign_header(delivery::Place block) const;

 private:
  friend domain::Checked<IntentsDecided> read_intents_decided(std::string_view json, ReadingWay way);
  struct Text;

  static std::optional<IntentsDecided> read_plain(std::string_view json);

  IntentsHeader header_;
  std::vector<DecidedFact> facts_;
  std::vector<PoisonFact> poison_;
  std::vector<delivery::ItemDecision> decisions_;
  std::shared_ptr<const Text> text_;
};

/// Errors (everything wrong with the header, or no facts at all): then the whole block is poison.
domain::Checked<IntentsDecided> read_intents_decided(std::string_view json, ReadingWay way = ReadingWay::quick);

/// Partition `partition` has decided all its enterprises for an occurrence. Schema: schemas/events/partition_decided.v1.json
struct PartitionDecided {
  static constexpr std::string_view type = "zhida.partition.decided.v1";

  delivery::CampaignNumber campaign = 0;
  std::string occurrence = "1";
  std::string channel = "page";
  std::uint64_t intents = 0;  ///< how many the fold showed to its writer, `n` on the wire; those that stand before it count
  std::uint64_t profile_position = 0;
  domain::Instant at;

  friend bool operator==(const PartitionDecided&, const PartitionDecided&) = default;
};

std::string to_json(const PartitionDecided& event);
domain::Checked<PartitionDecided> read_partition_decided(std::string_view json);

}  // namespace zhida::contracts
