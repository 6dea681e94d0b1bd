#include "bench/system/benches.hpp"
#include "bench/system/loaded_system.hpp"
#include "bench/system/measure.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/topics.hpp"
#include "platform/log/kafka_log.hpp"
#include "stores/topic_layout.hpp"
#include "support/run_coroutine.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::bench {
namespace asio = boost::asio;
namespace {

constexpr int rounds = 5;
constexpr std::chrono::seconds still{3};  // so long without an intent: that was the last
constexpr std::string_view facts_member = "facts";
constexpr const char* scratch_prefix = "bare-";
constexpr const char* scratch = "bare-intents";

/// The cluster's log, as a tool sees it.
class Log {
 public:
  explicit Log(const LoadedSystem& system) {
    std::ifstream stream(system.zhida().directory() / "cluster.json");
    std::ostringstream content;
    content << stream.rdbuf();
    rapidjson::Document described;
    described.Parse(content.str().c_str());
    settings_.brokers = described["brokers"].GetString();
    settings_.replication = settings_.min_in_sync = 1;
    layout_ = stores::topic_layout(LoadedSystem::partitions);
    log_ = std::make_unique<log::KafkaLog>(io_.get_executor(), settings_, layout_, log::KafkaLog::Report());
  }

  const log::KafkaSettings& settings() const { return settings_; }

  /// Makes a topic like that of the intents, for whoever wants to write it again.
  void make_scratch_topic() {
    log::KafkaSettings settings = settings_;
    settings.topic_prefix = scratch_prefix;
    log::Layout layout = layout_;
    std::erase_if(layout, [](const log::TopicLayout& topic) { return topic.name != contracts::topics::intents; });
    const log::KafkaLog made(io_.get_executor(), settings, layout, log::KafkaLog::Report());
  }

  struct Span {
    Clock::time_point first{}, last{};
  };
  /// Waits until no more intents come; when the first ones since the last `intents` were there, and when the last.
  Span intents_came() {
    Span span;
    test::run_coroutine(io_, follow(span), std::chrono::minutes(5));
    return span;
  }

  /// The records that came since the last call.
  std::vector<log::NewRecord> intents() {
    std::vector<log::NewRecord> records;
    test::run_coroutine(io_, read_on(records), std::chrono::minutes(5));
    return records;
  }

 private:
  asio::awaitable<void> follow(Span& span) {
    asio::steady_timer pause(io_);
    const log::Offset before = std::accumulate(next_.begin(), next_.end(), log::Offset{0});
    for (log::Offset known = before; known == before || Clock::now() < span.last + still;) {
      log::Offset sum = 0;
      for (std::int32_t partition = 0; partition < LoadedSystem::partitions; ++partition)
        sum += (co_await log_->range(contracts::topics::intents, partition)).value().end;
      if (sum != known) span.last = Clock::now();
      if (known == before) span.first = span.last;
      known = sum;
      pause.expires_after(std::chrono::milliseconds(5));
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  asio::awaitable<void> read_on(std::vector<log::NewRecord>& into) {
    for (std::int32_t partition = 0; partition < LoadedSystem::partitions; ++partition) {
      for (log::Offset& next = next_[static_cast<std::size_t>(partition)];;) {
        const auto batch = co_await log_->read(contracts::topics::intents, partition, next, log::ReadLimits());
        if (batch.value().records.empty()) break;
        for (const log::RecordPtr& record : batch->records) {
          log::NewRecord& made = into.emplace_back();
          made.partition = partition;
          made.key = record->key;
          made.value = record->value;
          made.event = record->event;
        }
        next = batch->next;
      }
    }
  }

  asio::io_context io_{1};
  log::KafkaSettings settings_;
  log::Layout layout_;
  std::unique_ptr<log::KafkaLog> log_;
  std::array<log::Offset, LoadedSystem::partitions> next_{};  // what `intents` reads, by partition
};

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  char reason[256];
  if (rd_kafka_conf_set(conf, name, value.c_str(), reason, sizeof reason) != RD_KAFKA_CONF_OK) throw std::runtime_error(reason);
}

/// librdkafka alone with the settings of our producer: seconds until the broker has acknowledged everything.
double send_bare(const log::KafkaSettings& settings, const std::vector<log::NewRecord>& records) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", settings.brokers);
  set(conf, "enable.idempotence", "true");
  set(conf, "acks", "all");
  set(conf, "compression.type", settings.compression);
  set(conf, "linger.ms", std::to_string(settings.linger.count()));
  set(conf, "message.max.bytes", std::to_string(settings.record_bytes));
  set(conf, "queue.buffering.max.kbytes", "2097151");
  set(conf, "queue.buffering.max.messages", "0");
  char reason[256];
  rd_kafka_t* const producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
  if (producer == nullptr) throw std::runtime_error(reason);
  const Clock::time_point start = Clock::now();
  for (const log::NewRecord& record : records) {
    const auto failed = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(scratch), RD_KAFKA_V_PARTITION(record.partition),
                                          RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
                                          RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()), RD_KAFKA_V_END);
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(failed));
    rd_kafka_poll(producer, 0);
  }
  if (rd_kafka_flush(producer, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error("the bare producer was not acknowledged");
  const double seconds = seconds_since(start);
  rd_kafka_destroy(producer);
  return seconds;
}

/// The intents of blocks, a record each: how a producer without blocks would send them.
std::vector<log::NewRecord> one_by_one(const std::vector<log::NewRecord>& blocks) {
  std::vector<log::NewRecord> records;
  for (const log::NewRecord& block : blocks) {
    rapidjson::Document json;
    json.Parse(block.value.data(), block.value.size());
    const auto facts = json.FindMember(rapidjson::Value(facts_member.data(), static_cast<rapidjson::SizeType>(facts_member.size())));
    if (facts == json.MemberEnd()) continue;
    for (const auto& fact : facts->value.GetArray()) {
      rapidjson::StringBuffer text;
      rapidjson::Writer<rapidjson::StringBuffer> writer(text);
      fact.Accept(writer);
      log::NewRecord& made = records.emplace_back();
      made.partition = block.partition;
      made.value.assign(text.GetString(), text.GetSize());
    }
  }
  return records;
}

double bytes_of(const std::vector<log::NewRecord>& records) {
  return std::accumulate(records.begin(), records.end(), 0.0, [](double sum, const log::NewRecord& record) {
    return sum + static_cast<double>(record.key.size() + record.value.size());
  });
}

std::size_t intents_in(const std::vector<log::NewRecord>& records) {
  std::size_t facts = 0;
  for (const log::NewRecord& record : records)
    if (record.event.type == contracts::IntentsWriter::type) facts += contracts::read_intents_decided(record.value).value().facts().size();
  return facts;
}

void freeze(const std::map<std::string, pid_t>& processes, int signal) {
  for (const char* const name : {"dispatcher", "effect", "page"}) ::kill(processes.at(name), signal);
}

/// What a round took, in seconds.
struct Round {
  double first = 0, last = 0;  ///< of the matcher's blocks, since the launch
  double bare = 0, bare_one_by_one = 0;
  double cpu = 0, bare_cpu = 0;  ///< of the matcher; of the bare producer and the broker
};

/// Processor time so far.
double cpu_of(pid_t pid) { return use_of(pid).cpu_seconds; }

}  // namespace

// Each round is a campaign of its own to the same enterprises: their ledgers grow from round to round, and the broker warms up for both.
void fanout(std::uint64_t enterprises) {
  LoadedSystem system;
  const std::map<std::string, pid_t> processes = system.processes();
  if (!processes.contains("matcher")) throw std::runtime_error("fanout is about a cluster: cluster_bench fanout");
  system.load(LoadedSystem::lines(enterprises), enterprises);
  Log log(system);
  log.make_scratch_topic();
  std::vector<Round> all;
  std::vector<log::NewRecord> records;
  for (int number = 0; number < rounds; ++number) {
    const std::string campaign = system.everybody();
    Round& round = all.emplace_back();
    const double cpu_before = cpu_of(processes.at("matcher"));
    const Clock::time_point start = Clock::now();
    system.launch(campaign);
    freeze(processes, SIGSTOP);  // who folds and delivers what the matcher sends would take its processors
    const Log::Span came = log.intents_came();
    round.first = std::chrono::duration<double>(came.first - start).count();
    round.last = std::chrono::duration<double>(came.last - start).count();
    round.cpu = cpu_of(processes.at("matcher")) - cpu_before;
    records = log.intents();
    if (intents_in(records) != enterprises) throw std::runtime_error("not all intents are there");
    const double bare_before = cpu_of(::getpid()) + cpu_of(processes.at("broker"));
    round.bare = send_bare(log.settings(), records);
    round.bare_cpu = cpu_of(::getpid()) + cpu_of(processes.at("broker")) - bare_before;
    round.bare_one_by_one = send_bare(log.settings(), one_by_one(records));
    freeze(processes, SIGCONT);
    system.wait_until_delivered(campaign, enterprises);
  }
  const auto median = [&](double Round::*of) {
    std::vector<double> seconds;
    for (const Round& round : all) seconds.push_back(round.*of);
    std::ranges::nth_element(seconds, seconds.begin() + rounds / 2);
    return seconds[rounds / 2];
  };
  const double bare = median(&Round::bare), decided = median(&Round::last), each = median(&Round::bare_one_by_one);
  const double bytes = bytes_of(records);
  const auto rate = [&](double seconds) {
    return fmt::format("{:.0f} intents/s, {:.0f} MB/s", static_cast<double>(enterprises) / seconds, bytes / seconds / 1e6);
  };
  print(fmt::format("{} intents in {} records: a bare librdkafka producer, median of {}", enterprises, records.size(), rounds),
        fmt::format("{}, {:.2f} s of CPU with the broker's in {:.2f} s", rate(bare), median(&Round::bare_cpu), bare));
  print("  the matcher, launch until the last is in Kafka",
        fmt::format("{}, {:.2f} s of CPU; the first after {:.0f} ms, the last after {:.0f} ms", rate(decided), median(&Round::cpu),
                    median(&Round::first) * 1e3, decided * 1e3));
  print("  matcher / bare", fmt::format("{:.2f}", bare / decided), ">= 0.8");
  print("  a bare producer of the same intents, a record each", rate(each));
  print("  matcher / that", fmt::format("{:.2f}", each / decided));
}

}  // namespace zhida::bench
