#pragma once

#include "platform/log/event_log.hpp"
#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_departures.hpp"
#include "platform/log/kafka_queue.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace zhida::log {

/// A part in a consumer group that divides the partitions of one topic among its members. It owns partitions and does nothing with them:
/// no record is fetched, no position committed.
///
/// Cooperative: what stays with a member is not taken from it while others come and go. librdkafka's threads say that the member is alive
/// and follow the group; a frozen process finds out when it goes on that its partitions are lost, and joins again. Single-threaded.
class KafkaGroup : public std::enable_shared_from_this<KafkaGroup> {
 public:
  using Report = std::function<void(std::string_view sentence)>;

  /// `group` and `topic` with the prefix. Begins to join with `start`.
  KafkaGroup(boost::asio::any_io_executor executor, const KafkaSettings& settings, std::string group, std::string topic, Report report,
             std::shared_ptr<kafka::Departures> departures);
  ~KafkaGroup();

  void start();

  /// Gives all partitions back; the others have them as soon as they hear of it, at their next heartbeat. To be called any number of times.
  void leave();

  /// What the group says last; generation 0: nothing yet.
  const Assignment& assignment() const { return assignment_; }

  /// Waits for the first assignment. Errors: `unknown_partition`: there is no such topic any more;
  /// kafka::Error::forbidden, `io`: the brokers will not have this member.
  boost::asio::awaitable<boost::system::result<void>> joined();

  /// See Membership::changed.
  boost::asio::awaitable<void> changed(std::int64_t generation);

 private:
  struct Waiter {
    explicit Waiter(KafkaGroup& owner);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    KafkaGroup& group;
    bool woken = false;
    boost::asio::steady_timer timer;  // used as a condition variable
    std::list<Waiter*>::iterator place;
  };

  boost::asio::awaitable<void> news();
  void wake();
  void poll_later();
  void handle(kafka::Event event);
  void rebalance(rd_kafka_event_t& event);
  void failure(rd_kafka_event_t& event);
  void tell(std::string sentence);

  boost::asio::any_io_executor executor_;
  std::string group_;
  Report report_;
  std::shared_ptr<kafka::Departures> departures_;
  kafka::Client client_;
  std::shared_ptr<kafka::EventQueue> events_;
  boost::asio::steady_timer poll_;
  Assignment assignment_;
  boost::system::error_code refusal_;
  bool lacks_topic_ = false;
  std::string last_report_;
  std::list<Waiter*> waiting_;
};

}  // namespace zhida::log
