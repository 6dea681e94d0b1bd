#include "node/owned_folds.hpp"

#include <algorithm>

namespace zhida::node {

/// Lists a runner for as long as it runs.
class OwnedFolds::Running {
 public:
  Running(Runners& all, const stores::FoldRunner& mine) : all_(all), mine_(mine) { all_.push_back(&mine_); }
  ~Running() { std::erase(all_, &mine_); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Runners& all_;
  const stores::FoldRunner& mine_;
};

boost::asio::awaitable<void> OwnedFolds::run(int partition) {
  const std::unique_ptr<stores::FoldRunner> runner = on_.deliveries_runner(writes_, partition);
  const Running running(runners_, *runner);
  const FoldSigns::Shown shown(on_.signs, *runner);
  co_await runner->run();
}

bool OwnedFolds::live() const {
  return std::ranges::all_of(runners_, [](const auto* runner) { return runner->condition() == stores::FoldCondition::live; });
}

}  // namespace zhida::node
