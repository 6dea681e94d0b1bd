#pragma once

#include "contracts/audit/audit_record.hpp"
#include "contracts/catalog/catalog_event.hpp"
#include "platform/log/event_log.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace zhida::operators {

/// Writes who did what, in catalogue order, each record bound to the one before by its hash.
///
/// The chain is a function of `catalog` and `commands`: what a crash left out is added at the next start.
class AuditChain {
 public:
  explicit AuditChain(log::EventLog& log) : log_(log) {}

  /// Reads the chain to its end and checks it, then adds what is missing up to the end of `catalog`.
  /// Throws `std::runtime_error` naming the first record that was altered.
  boost::asio::awaitable<void> open();

  /// An outcome and where it stands; role and bureau are those of the command's key.
  struct Entry {
    const contracts::CatalogEvent* event;
    log::Offset catalog_offset;
    std::string role, bureau;
  };
  /// Adds the records of outcomes, together. The events must live as long.
  boost::asio::awaitable<void> add(std::vector<Entry> entries);

 private:
  boost::asio::awaitable<void> add_missing();

  log::EventLog& log_;
  std::uint64_t sequence_ = 0;
  std::string hash_{contracts::AuditRecorded::genesis};
  log::Offset next_catalog_ = 0;  // the first catalogue offset without a record
};

}  // namespace zhida::operators
