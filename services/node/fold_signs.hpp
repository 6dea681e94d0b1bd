#pragma once

#include "platform/log/record.hpp"
#include "platform/observe/metrics.hpp"
#include "stores/fold/fold_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace zhida::node {

struct Foundation;

/// Shows how the folds of this process stand, and what they stand on: where they are in the log and how far behind its end, the log and
/// its queue, Redis, dead letters. Of partitions that other processes fold nothing is shown.
class FoldSigns {
 public:
  /// `on` must outlive it, and its registry must not be read after it is gone.
  explicit FoldSigns(Foundation& on);
  FoldSigns(const FoldSigns&) = delete;
  FoldSigns& operator=(const FoldSigns&) = delete;

  /// Asks the log for its ends, once in `interval`, until cancelled. What is shown is at most that old.
  boost::asio::awaitable<void> run();
  static constexpr std::chrono::seconds interval{2};

  /// Shows a runner for as long as this lives.
  class Shown {
   public:
    Shown(FoldSigns& signs, const stores::FoldRunner& runner);
    ~Shown();
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;

   private:
    FoldSigns& signs_;
    const stores::FoldRunner& runner_;
  };

 private:
  using Clock = std::chrono::steady_clock;
  using Reading = observe::Metrics::Reading;
  using Readings = std::vector<Reading>;

  /// A fold in one partition, as this process has it.
  struct Standing {
    std::string fold;
    int partition = 0;
    std::vector<std::string> topics;
    std::vector<log::Offset> next;  ///< by topic
    stores::FoldCondition condition = stores::FoldCondition::starting;

    observe::Labels labels() const { return {{"fold", fold}, {"partition", std::to_string(partition)}}; }
  };
  /// Where the log ended when it was last asked, and an earlier end that is still to be reached.
  struct Ends {
    std::vector<log::Offset> end, mark;  // by topic
    Clock::time_point marked_at;
  };

  std::vector<Standing> standings() const;
  boost::asio::awaitable<bool> look_at(Standing standing);
  Readings positions() const;
  Readings conditions() const;
  Readings lag_records() const;
  Readings lag_seconds() const;
  Readings rebuilds() const;
  Readings dead_letters() const;
  Readings enterprises() const;
  double undecided() const;

  Foundation& on_;
  std::vector<const stores::FoldRunner*> runners_;
  std::uint64_t earlier_rebuilds_ = 0;  // of runners that are gone
  std::map<std::pair<std::string, int>, Ends> ends_;
  bool log_answers_ = false;
};

}  // namespace zhida::node
