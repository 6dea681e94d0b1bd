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
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace zhida::bench {
namespace asio = boost::asio;
namespace {

constexpr int rounds = 5;
constexpr std::chrono::seconds still{3};  // so long without an intent: that was the last
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
  /// Waits until no more intents come; when the first ones were there, and when the last.
  Span intents_came() {
    Span span;
    test::run_coroutine(io_, follow(span), std::chrono::minutes(5));
    return span;
  }

  std::vector<log::NewRecord> intents() {
    std::vector<log::NewRecord> records;
    test::run_coroutine(io_, read_all(records), std::chrono::minutes(5));
    return records;
  }

 private:
  asio::awaitable<void> follow(Span& span) {
    asio::steady_timer pause(io_);
    for (log::Offset known = 0; known == 0 || Clock::now() < span.last + still;) {
      log::Offset sum = 0;
      for (std::int32_t partition = 0; partition < LoadedSystem::partitions; ++partition)
        sum += (co_await log_->range(contracts::topics::intents, partition)).value().end;
      if (sum != known) span.last = Clock::now();
      if (known == 0) span.first = span.last;
      known = sum;
      pause.expires_after(std::chrono::milliseconds(5));
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  asio::awaitable<void> read_all(std::vector<log::NewRecord>& into) {
    for (std::int32_t partition = 0; partition < LoadedSystem::partitions; ++partition) {
      for (log::Offset next = 0;;) {
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

void freeze(const std::map<std::string, pid_t>& processes, int signal) {
  for (const char* const name : {"dispatcher", "effect", "page"}) ::kill(processes.at(name), signal);
}

}  // namespace

void fanout(std::uint64_t enterprises) {
  LoadedSystem system;
  const std::map<std::string, pid_t> processes = system.processes();
  if (!processes.contains("matcher")) throw std::runtime_error("fanout is about a cluster: cluster_bench fanout");
  system.load(LoadedSystem::lines(enterprises), enterprises);
  const std::string campaign = system.everybody();
  Log log(system);
  const double cpu_before = use_of(processes.at("matcher")).cpu_seconds;
  const Clock::time_point start = Clock::now();
  system.launch(campaign);
  freeze(processes, SIGSTOP);  // who folds and delivers what the matcher sends would take its processors
  const Log::Span came = log.intents_came();
  const double began = std::chrono::duration<double>(came.first - start).count();
  const double decided = std::chrono::duration<double>(came.last - start).count();
  const double cpu = use_of(processes.at("matcher")).cpu_seconds - cpu_before;
  freeze(processes, SIGCONT);

  const std::vector<log::NewRecord> records = log.intents();
  double bytes = 0;
  std::size_t facts = 0;
  for (const log::NewRecord& record : records) {
    bytes += static_cast<double>(record.key.size() + record.value.size());
    if (record.event.type == contracts::IntentsWriter::type) facts += contracts::read_intents_decided(record.value).value().facts().size();
  }
  if (facts != enterprises) throw std::runtime_error(fmt::format("{} intents of {} are there", facts, enterprises));
  log.make_scratch_topic();
  std::vector<double> bare;
  for (int round = 0; round < rounds; ++round) bare.push_back(send_bare(log.settings(), records));
  const double best = *std::ranges::min_element(bare);
  const auto rate = [&](double seconds) {
    return fmt::format("{:.0f} intents/s, {:.0f} MB/s", static_cast<double>(enterprises) / seconds, bytes / seconds / 1e6);
  };
  print(fmt::format("{} intents in {} records: a bare librdkafka producer, best of {}", enterprises, records.size(), rounds), rate(best));
  print("  the matcher, launch until the last is in Kafka",
        fmt::format("{}, {:.2f} s of CPU; the first after {:.0f} ms, the last after {:.0f} ms", rate(decided), cpu, began * 1e3,
                    decided * 1e3));
  print("  matcher / bare", fmt::format("{:.2f}", best / decided), ">= 0.8");
}

}  // namespace zhida::bench
