#include "platform/log/kafka_ranges.hpp"

#include "platform/log/error.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <thread>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds pause_before_retry{50};
// While others wait: long for brokers that are well, and the double again after each failure, up to `longest_call`.
constexpr milliseconds first_patience{500};

/// How one partition is asked about, on the thread.
struct Attempt {
  rd_kafka_t* client;
  const std::string& topic;
  std::int32_t partition;
  milliseconds patience;  ///< for each call
  const std::atomic<bool>& stopping;

  int patience_ms() const { return static_cast<int>(patience.count()); }

  /// Asks the brokers who leads the partition; false if nobody does. librdkafka 2.0 goes on asking a leader that was replaced, for as long
  /// as it remembers it, which is 15 minutes; and for one that is not there it waits.
  bool has_leader() const {
    const kafka::Topic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
    const rd_kafka_metadata_t* answer = nullptr;
    if (!handle || rd_kafka_metadata(client, 0, handle.get(), &answer, patience_ms()) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    const kafka::Metadata metadata(answer);
    if (metadata->topic_cnt != 1) return false;
    const rd_kafka_metadata_topic_t& described = metadata->topics[0];
    const std::span partitions(described.partitions, static_cast<std::size_t>(described.partition_cnt));
    return std::ranges::any_of(partitions, [this](const auto& each) { return each.id == partition && each.leader >= 0; });
  }

  // Not rd_kafka_query_watermark_offsets: librdkafka 2.0 lets that wait for brokers that are silent however little time it is given.
  std::optional<Offset> offset(std::int64_t which) const {
    const kafka::TopicPartitions asked(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(asked.get(), topic.c_str(), partition)->offset = which;
    const auto error = rd_kafka_offsets_for_times(client, asked.get(), patience_ms());
    const rd_kafka_topic_partition_t& answer = asked->elems[0];
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR || answer.err != RD_KAFKA_RESP_ERR_NO_ERROR || answer.offset < 0) return std::nullopt;
    return answer.offset;
  }

  result<Range> run(bool again) const {
    if (again) {
      std::this_thread::sleep_for(pause_before_retry);
      if (stopping || !has_leader()) return Error::io;
    }
    if (stopping) return Error::io;
    const auto low = offset(RD_KAFKA_OFFSET_BEGINNING);
    if (!low || stopping) return Error::io;
    const auto high = offset(RD_KAFKA_OFFSET_END);
    if (!high) return Error::io;
    return Range{without_marker(*low), without_marker(*high)};
  }
};

}  // namespace

KafkaRanges::KafkaRanges(asio::any_io_executor executor, const KafkaSettings& settings)
    : executor_(std::move(executor)), limit_(settings.request_limit), client_(kafka::make_client(RD_KAFKA_PRODUCER, settings, 0, {})) {}

KafkaRanges::~KafkaRanges() {
  stop();
  thread_.join();
}

void KafkaRanges::stop() {
  stopping_ = true;
  thread_.stop();
  questions_.clear();
  asking_.clear();
}

asio::awaitable<result<Range>> KafkaRanges::ask(std::string topic, std::int32_t partition) {
  const Place place(std::move(topic), partition);
  auto start = [&](void* opaque) {
    Waiter waiter;
    waiter.ticket = Ticket<Range>(opaque);
    waiter.deadline = Clock::now() + limit_;
    add(place, std::move(waiter));
  };
  co_return co_await runtime::Callback<Range>::wait(executor_, start);
}

void KafkaRanges::add(const Place& place, Waiter waiter) {
  if (stopping_) return;
  Question& question = questions_[place];
  drop_ended(question.waiters);
  if (question.waiters.empty()) question.turn = ++turns_;
  question.waiters.push_back(std::move(waiter));
  if (!busy_) ask_next();
}

/// Forgets who waits no more and answers who has waited long enough.
void KafkaRanges::drop_ended(Waiters& waiters) {
  const auto now = Clock::now();
  std::erase_if(waiters, [now](Waiter& waiter) {
    if (waiter.ticket.is_waited_for() && now < waiter.deadline) return false;
    waiter.ticket.answer(Error::io);
    return true;
  });
}

/// Those that answer before those that did not, each in its turn.
std::map<KafkaRanges::Place, KafkaRanges::Question>::iterator KafkaRanges::next() {
  const auto rank = [](const Question& question) { return std::pair(question.failures > 0, question.turn); };
  auto best = questions_.end();
  for (auto each = questions_.begin(); each != questions_.end(); ++each) {
    drop_ended(each->second.waiters);
    if (each->second.waiters.empty()) continue;
    if (best == questions_.end() || rank(each->second) < rank(best->second)) best = each;
  }
  return best;
}

void KafkaRanges::ask_next() {
  const auto chosen = next();
  busy_ = chosen != questions_.end();
  if (!busy_) return;
  Question& question = chosen->second;
  asking_ = std::exchange(question.waiters, {});
  const bool others = std::ranges::any_of(questions_, [](const auto& each) { return !each.second.waiters.empty(); });
  const milliseconds allowed = others ? first_patience * (1 << std::min(question.failures, 2)) : longest_call;
  const auto left = std::ranges::max_element(asking_, {}, &Waiter::deadline)->deadline - Clock::now();
  const milliseconds patience = std::clamp(std::chrono::ceil<milliseconds>(left), milliseconds(1), std::min(allowed, longest_call));
  // The place is copied: the question may be gone by then.
  asio::post(thread_, [executor = executor_, weak = weak_from_this(), client = client_.get(), place = chosen->first, patience,
                       again = question.failures > 0, &stopping = stopping_] {
    const result<Range> answer = Attempt{client, place.first, place.second, patience, stopping}.run(again);
    asio::post(executor, [weak, place, answer] {
      if (const auto self = weak.lock(); self && !self->stopping_) self->heard(place, answer);
    });
  });
}

void KafkaRanges::heard(const Place& place, result<Range> answer) {
  Question& question = questions_[place];
  Waiters asked = std::exchange(asking_, {});
  if (answer) {
    question.failures = 0;
    for (Waiter& waiter : asked) waiter.ticket.answer(answer);
  } else {
    ++question.failures;
    question.turn = ++turns_;
    std::ranges::move(question.waiters, std::back_inserter(asked));
    question.waiters = std::move(asked);
  }
  ask_next();
}

}  // namespace zhida::log
