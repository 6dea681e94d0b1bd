#pragma once

#include "contracts/audit/audit_record.hpp"
#include "contracts/catalog/catalog_event.hpp"
#include "platform/log/event_log.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace zhida::operators {

/// Somebody altered the chain; says which record.
class BrokenAudit : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes who did what, in catalogue order, each record bound to the one before by its hash.
///
/// The chain is a function of `catalog` and `commands`: what a crash left out is added at the next start, and an owner that was replaced
/// without knowing it writes what its successor writes. Of two records with the same number the first counts.
class AuditChain {
 public:
  explicit AuditChain(log::EventLog& log) : log_(log) {}

  /// Reads what was added to the chain since, and checks it, then adds what is missing up to the end of `catalog`.
  /// Records of other types, and what cannot be read, are none of the chain. Throws `BrokenAudit` naming the first record that was altered, `system_error` when the
  /// log cannot be read or written.
  boost::asio::awaitable<void> extend();

 private:
  boost::asio::awaitable<void> read_on();
  boost::asio::awaitable<contracts::AuditRecorded> describe(contracts::CatalogEvent event, log::Offset offset);

  log::EventLog& log_;
  log::Offset next_ = 0;  // of topic audit, to be read
  std::uint64_t sequence_ = 0;
  std::string hash_{contracts::AuditRecorded::genesis};
  log::Offset next_catalog_ = 0;  // the first catalogue offset without a record
};

}  // namespace zhida::operators
