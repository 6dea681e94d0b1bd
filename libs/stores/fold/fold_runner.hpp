#pragma once

#include "platform/log/event_log.hpp"
#include "platform/redis/client.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/fold/field_cache.hpp"
#include "stores/fold/fold.hpp"
#include "stores/fold/fold_state.hpp"
#include "stores/progress.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// How a fold stands in one partition.
enum class FoldCondition {
  starting,
  building,  ///< no live state yet: readers are told to come back
  live,
  stuck,  ///< Redis or the log cannot be reached, or the log lacks records that were never folded; tried again and again
};

/// Folds the topics of one partition into Redis, until cancelled.
///
/// Each batch: records → fields needed → new values and position in one script, which is refused if anybody else wrote since; then the
/// stored position is read again and folding goes on from there. So any number of runners may compete, and any may die at any
/// moment. A missing or foreign state, or one ahead of the log, is folded from the start as a new generation, which becomes
/// the live one when it has reached the ends that the log had when it began.
class FoldRunner {
 public:
  struct Settings {
    std::size_t batch_records = 1'000;
    std::size_t read_bytes = 512U << 10U;       ///< per topic and read
    std::size_t cache_fields = 25'000;          ///< per generation; twice as many at most
    std::chrono::milliseconds check{200};       ///< while there is nothing to fold, how often the stored position is looked at
    std::chrono::milliseconds first_delay{20};  ///< after a failure; doubled with each
    std::chrono::milliseconds longest_delay{1'000};
  };

  /// Told once per change of condition, and of every refusal, loss and rebuild worth a line in the log of the program.
  using Report = std::function<void(std::string_view fold, int partition, std::string_view what)>;

  /// Everything referred to must outlive the runner. `progress` learns the positions of the live state.
  FoldRunner(boost::asio::any_io_executor executor, log::EventLog& log, redis::Client& redis, const Fold& fold, int partition,
             Progress& progress, DeadLetters& dead_letters, Report report = {});
  FoldRunner(boost::asio::any_io_executor executor, log::EventLog& log, redis::Client& redis, const Fold& fold, int partition,
             Progress& progress, DeadLetters& dead_letters, Report report, Settings settings);

  /// Spawn it in a TaskGroup. A graceful stop ends it after the batch in hand.
  boost::asio::awaitable<void> run();

  /// Folds a new generation from the start beside the live one, compares both at the same positions, and makes the new one live
  /// whatever was found. Waits while `run` does it; Error: `unavailable` when that was cut short.
  boost::asio::awaitable<boost::system::result<Comparison>> rebuild();

  FoldCondition condition() const { return condition_; }
  int partition() const { return partition_; }
  const Fold& fold() const { return fold_; }
  /// Where the state stands that is live or, while there is none, being built; nothing before Redis was first reached.
  std::optional<PositionVector> position() const;
  /// How often a state folded from the start became the live one.
  std::uint64_t rebuilds() const { return rebuilds_; }

 private:
  /// A generation being folded and what was read ahead for it.
  struct Follower {
    struct Ahead {
      std::vector<log::RecordPtr> records;
      std::size_t used = 0;
      log::Offset next = 0;  // where to read on when all are used
    };

    Follower(Generation of, std::size_t cache_fields);
    void restart(Generation from);

    Generation generation;
    FieldCache cache;
    std::vector<Ahead> ahead;
    std::size_t batches = 0;  // gathered so far
  };
  enum class Advance { folded, idle, refused };

  template <class T>
  using Result = boost::asio::awaitable<boost::system::result<T>>;

  Result<void> session();
  Result<void> open();
  Result<Advance> advance(Follower& follower, const PositionVector* cap);
  Result<std::vector<FoldInput>> gather(Follower& follower, const PositionVector* cap);
  Result<void> load(Follower& follower, FoldStep& step);
  Result<void> quarantine(const std::vector<FoldInput>& inputs, std::vector<PoisonInput> poison);
  Result<void> give_up(Follower& follower, boost::system::error_code why);
  Result<Advance> finish_building();
  Result<PositionVector> ends();
  boost::asio::awaitable<void> rest();
  boost::asio::awaitable<void> pause(std::chrono::milliseconds delay);
  void adopt(std::optional<Follower>& follower, std::optional<Generation> generation);
  void announce();
  void become(FoldCondition condition, std::string_view what);

  boost::asio::any_io_executor executor_;
  log::EventLog& log_;
  const Fold& fold_;
  int partition_;
  Progress& progress_;
  DeadLetters& dead_letters_;
  Report report_;
  Settings settings_;
  FoldState state_;

  std::optional<Follower> live_;
  std::optional<Follower> building_;
  FoldCondition condition_ = FoldCondition::starting;
  std::string last_report_;
  std::optional<std::string> sweeping_;  // the cursor
  bool rebuild_wanted_ = false;
  std::uint64_t rebuilds_ = 0;  // finished
  Comparison last_comparison_;
  Notice wake_;
};

}  // namespace zhida::stores
