#pragma once

#include "domain/delivery/ledger.hpp"
#include "platform/redis/reply.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::stores {

/// Ledgers as the fold keeps them, each decoded when it is asked for: one ledger's memory serves for all of them.
class StoredLedgers {
 public:
  StoredLedgers() = default;
  /// `ledgers` view the texts of `buckets`.
  StoredLedgers(std::vector<redis::Reply> buckets, std::vector<std::string_view> ledgers)
      : buckets_(std::move(buckets)), ledgers_(std::move(ledgers)) {}
  StoredLedgers(StoredLedgers&&) = default;
  StoredLedgers& operator=(StoredLedgers&&) = default;

  std::size_t size() const { return ledgers_.size(); }

  /// Replaces `into`, keeping its memory. Errors: `unavailable` for bytes the fold cannot have written.
  boost::system::result<void> read(std::size_t index, delivery::Ledger& into) const;

 private:
  std::vector<redis::Reply> buckets_;
  std::vector<std::string_view> ledgers_;
};

}  // namespace zhida::stores
