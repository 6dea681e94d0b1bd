#pragma once

#include "matcher/candidates.hpp"
#include "matcher/hash_order.hpp"
#include "matcher/members.hpp"
#include "matcher/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace zhida::matcher {

/// Where the intents of a lane go.
const std::string& topic_of(campaign::Lane lane);

/// Decides one partition of all running campaigns, and the rest of those that ended before it was decided.
class PartitionMatcher {
 public:
  PartitionMatcher(Service& service, int partition);
  ~PartitionMatcher();
  PartitionMatcher(const PartitionMatcher&) = delete;
  PartitionMatcher& operator=(const PartitionMatcher&) = delete;

  boost::asio::awaitable<void> run();

 private:
  enum class Stage {
    opening,   ///< not begun, or to be begun anew
    deciding,  ///< enterprises are looked at
    closing,   ///< all are; the mark is appended once the fold shows how many intents there are
    over,      ///< the mark is in the log, or nothing can be decided: nothing more to do
  };

  /// How many for each reason.
  using Reasons = std::array<std::uint64_t, domain::EnumNames<delivery::Reason>::names.size()>;

  /// A block of intents that is not in the log.
  struct Block {
    std::size_t from = 0;                           ///< where looking for its enterprises began
    delivery::State state = delivery::State::none;  ///< of those that are not suppressed
    std::string id, json;
    std::size_t facts = 0;
    Reasons reasons{};
  };

  /// One campaign in this partition.
  struct Run {
    std::shared_ptr<const campaign::Campaign> campaign;
    std::shared_ptr<const campaign::CompiledCampaign> compiled;
    delivery::CampaignNumber number = 0;
    Stage stage = Stage::opening;
    std::uint64_t last_turn = 0;

    Places order;  // whom to look at: rows, or places in the list
    std::size_t cursor = 0;

    std::optional<Members> members;    // nothing for an audience with a list, and until somebody is looked at
    std::vector<std::uint32_t> slots;  // of a profile, that are looked at
    std::size_t block_facts = 0;       // intents of a block

    // The block being gathered, and the moment at which that began.
    Candidates candidates;
    std::size_t gathered_from = 0;
    domain::Instant at{};
    std::uint64_t profile_position = 0;
    std::vector<Block> blocks;  // those before it that are ready

    log::Offset folded_before = 0;  // the fold must have come so far before the next stage
    bool uncertain = false;         // an append was not acknowledged: what it left must be folded before beginning anew
  };

  template <class T>
  using Result = boost::asio::awaitable<boost::system::result<T>>;

  Result<void> open();
  Result<void> turn();
  Result<void> begin(Run& run);
  Result<void> decide_on(Run& run);
  Result<log::Offset> send(const Run& run, std::vector<Block> blocks, bool& sent);
  Result<void> look_on_until(Run& run, const bool& sent);
  Result<void> look_on(Run& run);
  boost::asio::awaitable<void> read_columns(Run& run);
  Result<void> decide_block(Run& run);
  Result<void> close(Run& run);
  log::NewRecord record_of(const Run& run, std::string id, std::string_view type, std::string value) const;
  Result<log::Offset> append(std::vector<log::NewRecord> records);
  boost::asio::awaitable<void> wait();
  boost::asio::awaitable<void> prepare();

  void refresh();
  Run* pick();
  static void forget_columns(Run& run);
  void find_next(Run& run);
  void look_at(Run& run, std::uint32_t place);
  void add_candidate(Run& run, const enterprise::Uscc& uscc);
  void begin_block(Run& run);
  bool is_full(const Run& run) const;
  void rewind(Run& run);
  void finish(Run& run);
  std::optional<delivery::State> decided_now(const Run& run) const;
  bool is_folded(const Run& run) const;
  contracts::IntentsHeader header_of(const Run& run) const;
  delivery::IntentKeyView key_of(const Run& run) const;

  Service& service_;
  Dependencies& with_;
  int partition_;
  bool opened_ = false;
  HashOrder order_;
  Evidence evidence_;
  std::map<std::string, Run, std::less<>> runs_;
  std::set<std::string, std::less<>> finished_;  // ended campaigns with nothing more to decide
  std::uint64_t catalog_seen_ = 0;
  log::Offset profiles_seen_ = -1;
  std::uint64_t turns_ = 0;

  std::vector<std::uint32_t> next_;  // the places to be looked at next

  // Scratch of one enterprise.
  std::vector<cel::Value> slots_;
  std::vector<matching::Determination> determinations_;
  campaign::CompiledAudience::Work work_;
};

}  // namespace zhida::matcher
