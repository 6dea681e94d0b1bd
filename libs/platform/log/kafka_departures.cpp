#include "platform/log/kafka_departures.hpp"

#include <cstdlib>
#include <utility>

namespace zhida::log::kafka {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int glance = 50;  // ms

bool is_rebalance(const Event& event) { return event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE; }

bool sees_a_rebalance(rd_kafka_t& client, Clock::time_point deadline) {
  const Queue queue(rd_kafka_queue_get_consumer(&client));
  while (Clock::now() < deadline) {
    const Event event(rd_kafka_queue_poll(queue.get(), glance));
    if (!is_rebalance(event)) continue;
    obey(client, *event);
    return true;
  }
  return false;
}

bool is_known_to_the_group(rd_kafka_t& client) {
  char* name = rd_kafka_memberid(&client);
  const bool known = name && *name != '\0';
  if (name) rd_kafka_mem_free(&client, name);
  return known;
}

void close(rd_kafka_t& client, Clock::time_point deadline) {
  const Queue queue(rd_kafka_queue_new(&client));
  if (const Failure refused{rd_kafka_consumer_close_queue(&client, queue.get())}) return;
  while (!rd_kafka_consumer_closed(&client) && Clock::now() < deadline) {
    const Event event(rd_kafka_queue_poll(queue.get(), glance));
    if (is_rebalance(event)) obey(client, *event);
  }
}

void depart(Client client, bool assigned) {
  const auto begun = Clock::now();
  // librdkafka 2.0.2 crashes when a client is destroyed between its joining and its first assignment (their #4381): that is waited for.
  // Should it not come, rather the closed client's memory is lost.
  const bool harmless = assigned || sees_a_rebalance(*client, begun + Departures::limit / 2) || !is_known_to_the_group(*client);
  close(*client, begun + Departures::limit);
  rd_kafka_t* const closed = client.release();
  if (harmless) rd_kafka_destroy_flags(closed, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

}  // namespace

bool obey(rd_kafka_t& client, rd_kafka_event_t& rebalance) {
  rd_kafka_topic_partition_list_t* const partitions = rd_kafka_event_topic_partition_list(&rebalance);
  Failure refusal;
  if (rd_kafka_event_error(&rebalance) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    // From the end: to find it takes a question to the brokers, and by then the partition is paused.
    for (int i = 0; i < partitions->cnt; ++i) partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    refusal.reset(rd_kafka_incremental_assign(&client, partitions));
    if (!refusal) rd_kafka_pause_partitions(&client, partitions);
  } else {
    refusal.reset(rd_kafka_incremental_unassign(&client, partitions));
  }
  if (!refusal) return true;
  rd_kafka_assign(&client, nullptr);
  return false;
}

Departures::~Departures() {
  for (Departure& each : departures_) each.thread.join();
}

void Departures::leave(Client client, bool assigned) {
  departures_.remove_if([](Departure& each) {
    if (!each.ended) return false;
    each.thread.join();
    return true;
  });
  Departure& mine = departures_.emplace_back();
  mine.thread = std::thread([&mine, client = std::move(client), assigned]() mutable {
    depart(std::move(client), assigned);
    mine.ended = true;
  });
}

}  // namespace zhida::log::kafka
