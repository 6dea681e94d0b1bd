#pragma once

#include "stores/fold/fold.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// One ledger per enterprise and the counters over them, from everything that is decided, sent, done and achieved.
///
/// Counters are never added to by events: each enterprise's contribution before the batch is taken off and its contribution after it
/// put on, so numbers depend on neither order nor repetition. Served by DeliveriesReader.
class DeliveriesFold final : public Fold {
 public:
  struct Settings {
    int partitions = 1;            ///< of the log's enterprise topics
    std::uint32_t buckets = 2048;  ///< of ledgers, per partition: some ten enterprises in one are compact and still read in no time
  };

  explicit DeliveriesFold(Settings settings) : settings_(settings) {}

  std::string_view name() const override;
  const std::vector<std::string>& topics() const override;
  std::string layout() const override;
  bool serves(std::string_view layout) const override;
  std::unique_ptr<FoldStep> begin(int partition, std::span<const FoldInput> inputs, std::size_t& taken) const override;

  std::uint32_t buckets() const { return settings_.buckets; }

 private:
  Settings settings_;
};

}  // namespace zhida::stores
