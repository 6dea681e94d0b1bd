#pragma once

#include "operator/commands/command_gateway.hpp"
#include "operator/intake/sealer.hpp"
#include "platform/log/event_log.hpp"
#include "platform/observe/log.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <utility>

namespace zhida::operators {

/// Seals names again that are sealed under a replaced key: compaction removes that from `vault`, and nobody could read them any more.
/// To be run by one process at a time; what two of them seal again is doubled, not damaged.
///
/// Nothing is ever written to `vault` here, and no replaced key outlives an erasure: what was erased cannot come back.
class Resealer {
 public:
  Resealer(log::EventLog& log, stores::ProfileStore& profiles, Sealer& sealer, Now now, const observe::Log& journal)
      : log_(log), profiles_(profiles), sealer_(sealer), now_(std::move(now)), journal_(journal) {}

  /// Looks every few seconds, until cancelled: much more often than anything is compacted.
  boost::asio::awaitable<void> run();

  /// Looks once; how many names were sealed again and can be read so.
  boost::asio::awaitable<std::size_t> look();

 private:
  log::EventLog& log_;
  stores::ProfileStore& profiles_;
  Sealer& sealer_;
  Now now_;
  const observe::Log& journal_;
};

}  // namespace zhida::operators
