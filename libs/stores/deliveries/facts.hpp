#pragma once

#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "domain/delivery/facts.hpp"
#include "domain/enterprise/uscc.hpp"
#include "stores/fold/fold.hpp"

#include <deque>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace zhida::stores::deliveries {

/// Index into DeliveriesFold's topics.
enum class Topic : std::size_t { intents_urgent, receipts_urgent, intents, receipts, engagements, outcomes };

using Fact = std::variant<delivery::IntentFact, delivery::ReceiptFact, delivery::EngagementFact, delivery::OutcomeFact>;

struct EnterpriseFact {
  enterprise::Uscc uscc;
  Fact fact;  ///< views what `Facts` keeps
};

/// A block of intents: which facts and which header it brought. Void if its campaign was decided before it in this partition.
struct IntentsBlock {
  std::string mark;                ///< field of its campaign's mark
  std::size_t first = 0, end = 0;  ///< indices of its facts
  std::size_t header = 0;
  bool after_mark = false;  ///< behind such a mark in the batch itself
};

/// The facts in a batch of records, in the order of the records.
class Facts {
 public:
  /// Reads records until they hold `most` facts, at least one record. Facts of enterprises of other partitions are poison.
  Facts(std::span<const FoldInput> inputs, int partition, int partitions, std::size_t most);
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  std::size_t records() const { return records_; }
  const std::vector<EnterpriseFact>& facts() const { return facts_; }
  const std::vector<effect::CampaignHeader>& headers() const { return headers_; }
  const std::vector<IntentsBlock>& blocks() const { return blocks_; }
  const std::vector<contracts::PartitionDecided>& marks() const { return marks_; }
  std::vector<PoisonInput> take_poison() { return std::move(poison_); }

 private:
  void read(const FoldInput& input);
  void read_intents(const FoldInput& input, bool urgent);
  void read_mark(const FoldInput& input);
  void read_receipts(const FoldInput& input);
  void read_engagement(const FoldInput& input);
  void read_outcome(const FoldInput& input);
  void add(const FoldInput& input, const enterprise::Uscc& uscc, Fact fact, std::optional<std::uint16_t> index);
  void refuse(const FoldInput& input, const domain::FieldErrors& errors);
  void refuse(std::vector<contracts::PoisonFact> facts);

  int partition_;
  int partitions_;
  std::size_t records_ = 0;
  std::vector<EnterpriseFact> facts_;
  std::vector<effect::CampaignHeader> headers_;
  std::vector<IntentsBlock> blocks_;
  std::vector<contracts::PartitionDecided> marks_;
  std::vector<PoisonInput> poison_;
  // What facts view; deques, because their elements stay where they are.
  std::deque<contracts::IntentsDecided> intents_;
  std::deque<contracts::ReceiptsRecorded> receipts_;
  std::deque<contracts::EngagementRecorded> engagements_;
};

}  // namespace zhida::stores::deliveries
