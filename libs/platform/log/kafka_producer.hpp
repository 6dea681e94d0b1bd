#pragma once

#include "platform/log/byte_gate.hpp"
#include "platform/log/kafka_client.hpp"
#include "platform/log/kafka_queue.hpp"
#include "platform/log/kafka_settings.hpp"
#include "platform/log/record.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::log {

/// One append on its way to the brokers.
struct KafkaAppend {
  std::vector<NewRecord> records;
  std::vector<std::size_t> partitions;  ///< index of each record's partition
  ByteGate::Pass pass;
  Ticket<std::vector<Offset>> ticket;
};

/// Sends appends with an idempotent producer and answers each when all its records are acknowledged by all in-sync replicas.
///
/// Within one producer's life the brokers drop what is sent twice. After a fatal error (a sequence that brokers and producer do not agree
/// on) it is made anew and everything unacknowledged is sent again, in its order: what had arrived unacknowledged is then in the log twice.
/// Single-threaded; librdkafka's threads do the sending.
class KafkaProducer : public std::enable_shared_from_this<KafkaProducer> {
 public:
  using Report = std::function<void(std::string_view sentence)>;
  /// Told of each acknowledged record, before its append is answered.
  using Delivered = std::function<void(std::size_t partition, Offset offset)>;

  KafkaProducer(boost::asio::any_io_executor executor, const KafkaSettings& settings, const PartitionIndex& partitions, std::string log_id,
                Report report, Delivered delivered);
  ~KafkaProducer();

  /// Connects; to be called once.
  void start();

  /// Gives up: what is not acknowledged ends with operation_aborted.
  void close();

  void append(KafkaAppend append);

  /// Appends unanswered.
  std::size_t outstanding() const { return outstanding_.size(); }

  /// Producers made so far.
  std::size_t lives() const { return lives_; }

  rd_kafka_t* client() const { return client_.get(); }

 private:
  struct Shipment;
  struct Parcel {
    Shipment* shipment;
    std::size_t index;
    bool settled = false;
  };
  struct Shipment {
    KafkaAppend append;
    std::vector<Parcel> parcels;
    std::vector<Offset> offsets;
    std::size_t open = 0;
    boost::system::error_code error;
    std::chrono::steady_clock::time_point begun;
    std::list<Shipment>::iterator place;
  };

  void make();
  void send(Parcel& parcel);
  void handle(kafka::Event event);
  void delivery(const rd_kafka_message_t& message);
  void settle(Parcel& parcel, boost::system::error_code error, Offset offset);
  bool has_fallen() const;
  void renew_later();
  void renew();
  void drain();
  void expire();

  boost::asio::any_io_executor executor_;
  KafkaSettings settings_;
  const PartitionIndex& partitions_;
  std::string log_id_;
  Report report_;
  Delivered delivered_;

  std::list<Shipment> outstanding_;  // in the order they came
  kafka::Client client_;
  std::optional<kafka::Topics> topics_;
  std::shared_ptr<kafka::EventQueue> events_;
  std::size_t lives_ = 0;
  bool renewing_ = false;
  std::chrono::milliseconds delay_;
  boost::asio::steady_timer renewal_;
  std::string last_report_;
};

}  // namespace zhida::log
