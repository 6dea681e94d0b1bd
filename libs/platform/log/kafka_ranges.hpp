#pragma once

#include "platform/log/kafka_client.hpp"
#include "platform/log/record.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/result.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace zhida::log {

/// The first record of every partition is the adapter's own (kafka::begun_marker), at offset 0: a partition that holds nothing else is
/// empty to readers, and a range that begins there begins at 0.
inline Offset without_marker(Offset offset) { return offset <= 1 ? 0 : offset; }

/// Asks the brokers where partitions begin and end. librdkafka can only be asked by a call that waits, so one thread does, for one
/// partition at a time.
///
/// Who asks about the same partition meanwhile shares its next question; one that nobody waits for any more is not asked. A partition that
/// gave no answer is asked again when the others were, and those that answer go before it: who has no leader delays nobody for long.
/// It has connections of its own: on those of a reader a question waits behind the fetch that waits for new records.
/// Single-threaded but for that thread.
class KafkaRanges : public std::enable_shared_from_this<KafkaRanges> {
 public:
  KafkaRanges(boost::asio::any_io_executor executor, const KafkaSettings& settings);
  /// Stops, and waits for a call that is under way.
  ~KafkaRanges();
  KafkaRanges(const KafkaRanges&) = delete;
  KafkaRanges& operator=(const KafkaRanges&) = delete;

  /// The range as it is at some moment between the call and the answer. Cancellable. Error: `io`: no answer in `request_limit`.
  boost::asio::awaitable<boost::system::result<Range>> ask(std::string topic, std::int32_t partition);

  /// Nothing is asked any more; a call that is under way ends within `longest_call`. Who waits gets operation_aborted.
  void stop();

  static constexpr std::chrono::milliseconds longest_call{2'000};

 private:
  using Clock = std::chrono::steady_clock;
  using Place = std::pair<std::string, std::int32_t>;
  struct Waiter {
    Ticket<Range> ticket;
    Clock::time_point deadline;
  };
  using Waiters = std::vector<Waiter>;
  struct Question {
    Waiters waiters;
    std::uint64_t turn = 0;  ///< when it began to wait for being asked
    int failures = 0;        ///< since it was answered last
  };

  void add(const Place& place, Waiter waiter);
  void ask_next();
  void heard(const Place& place, boost::system::result<Range> answer);
  std::map<Place, Question>::iterator next();
  static void drop_ended(Waiters& waiters);

  boost::asio::any_io_executor executor_;
  std::chrono::milliseconds limit_;
  kafka::Client client_;
  std::map<Place, Question> questions_;  // every partition that was ever asked about
  Waiters asking_;                       // who waits for the question that is being asked
  bool busy_ = false;
  std::uint64_t turns_ = 0;
  std::atomic<bool> stopping_ = false;
  boost::asio::thread_pool thread_{1};
};

}  // namespace zhida::log
