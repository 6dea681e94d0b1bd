#pragma once

#include "domain/date_time.hpp"
#include "platform/log/event_log.hpp"
#include "stores/fold/fold.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace zhida::stores {

/// Puts what cannot be folded into the topic `dead-letters`, with the reason, in the partition it came from.
///
/// The id of a dead letter says where the input stands, so quarantining again, after a crash, in a rebuild or by another fold of the
/// same topic, adds nothing; two processes at the same moment may both append, and readers go by the id.
class DeadLetters {
 public:
  using Now = std::function<domain::Instant()>;

  DeadLetters(log::EventLog& log, Now now) : log_(log), now_(std::move(now)) {}

  struct Input {
    std::string topic;
    int partition = 0;
    log::RecordPtr record;
    PoisonInput poison;
  };

  /// Durable when it returns. Errors: those of `EventLog::append` and `read`.
  boost::asio::awaitable<boost::system::result<void>> quarantine(std::vector<Input> inputs);

  /// How many this process appended, by the topic they came from.
  const std::map<std::string, std::uint64_t>& appended() const { return appended_; }

 private:
  struct Known {
    std::unordered_set<std::string> ids;
    log::Offset next = 0;
  };

  boost::asio::awaitable<boost::system::result<void>> catch_up(int partition);

  log::EventLog& log_;
  Now now_;
  std::map<int, Known> known_;
  std::map<std::string, std::uint64_t> appended_;
};

}  // namespace zhida::stores
