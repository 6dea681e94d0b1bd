#include "platform/log/kafka_trimmer.hpp"

#include "platform/log/error.hpp"

#include <array>
#include <utility>

namespace zhida::log {

namespace asio = boost::asio;
using boost::system::result;

KafkaTrimmer::KafkaTrimmer(asio::any_io_executor executor, rd_kafka_t& client, std::chrono::milliseconds limit)
    : executor_(executor),
      client_(client),
      limit_(limit),
      answers_(std::make_shared<kafka::EventQueue>(std::move(executor), kafka::Queue(rd_kafka_queue_new(&client)))) {
  answers_->serve([this](kafka::Event event) { answer(*event); }, {});
}

KafkaTrimmer::~KafkaTrimmer() { answers_->stop(); }

asio::awaitable<result<void>> KafkaTrimmer::trim(std::string topic, std::int32_t partition, Offset before) {
  auto start = [&](void* opaque) {
    const kafka::TopicPartitions list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = before;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list.get());
    const kafka::AdminOptions options(rd_kafka_AdminOptions_new(&client_, RD_KAFKA_ADMIN_OP_DELETERECORDS));
    std::array<char, 256> ignored{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(limit_.count()), ignored.data(), ignored.size());
    const std::uintptr_t number = ++last_;
    rd_kafka_AdminOptions_set_opaque(options.get(), reinterpret_cast<void*>(number));
    waiting_.emplace(number, Ticket<void>(opaque));
    rd_kafka_DeleteRecords(&client_, &request, 1, options.get(), answers_->get());
    rd_kafka_DeleteRecords_destroy(request);
  };
  co_return co_await runtime::Callback<void>::wait(executor_, start);
}

void KafkaTrimmer::answer(rd_kafka_event_t& event) {
  const rd_kafka_DeleteRecords_result_t* answer = rd_kafka_event_DeleteRecords_result(&event);
  const auto found = waiting_.find(reinterpret_cast<std::uintptr_t>(rd_kafka_event_opaque(&event)));
  if (found == waiting_.end()) return;
  bool good = answer && rd_kafka_event_error(&event) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (good) {
    const rd_kafka_topic_partition_list_t* list = rd_kafka_DeleteRecords_result_offsets(answer);
    for (int i = 0; i < list->cnt; ++i) good = good && list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  Ticket<void> ticket = std::move(found->second);
  waiting_.erase(found);
  ticket.answer(good ? result<void>() : result<void>(make_error_code(Error::io)));
}

}  // namespace zhida::log
