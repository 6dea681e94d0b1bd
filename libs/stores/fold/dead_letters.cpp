#include "stores/fold/dead_letters.hpp"

#include "contracts/dead_letters/dead_letter.hpp"

namespace zhida::stores {
namespace {

using boost::system::result;

constexpr std::string_view dead_letters_topic = "dead-letters";

// Whoever wrote a record may have put any number of bytes into it; the letter must fit into a record too, and be worth reading.
constexpr std::size_t longest_value = 1U << 20U, longest_text = 1'000;

std::string cut(std::string text, std::size_t most) {
  if (text.size() > most) text.resize(most);
  return text;
}

contracts::DeadLetter letter_of(DeadLetters::Input input, domain::Instant at) {
  contracts::DeadLetter letter;
  letter.topic = std::move(input.topic);
  letter.partition = input.partition;
  letter.offset = static_cast<std::uint64_t>(input.record->offset);
  letter.index = input.poison.fact;
  letter.event_type = cut(input.record->event.type, longest_text);
  letter.key = cut(input.record->key, longest_text);
  letter.reason = std::move(input.poison.reason);
  letter.reason.detail = cut(std::move(letter.reason.detail), longest_text);
  letter.reason.detail_zh = cut(std::move(letter.reason.detail_zh), longest_text);
  letter.value = cut(std::move(input.poison.content), longest_value);
  letter.at = at;
  return letter;
}

}  // namespace

boost::asio::awaitable<result<void>> DeadLetters::catch_up(int partition) {
  Known& known = known_[partition];
  for (;;) {
    const result<log::Batch> batch = co_await log_.read(dead_letters_topic, partition, known.next);
    if (!batch) co_return batch.error();
    for (const log::RecordPtr& record : batch->records) known.ids.insert(record->event.id);
    known.next = batch->next;
    if (batch->records.empty()) co_return result<void>();
  }
}

boost::asio::awaitable<result<void>> DeadLetters::quarantine(std::vector<Input> inputs) {
  if (inputs.empty()) co_return result<void>();
  const int partition = inputs.front().partition;
  const result<void> caught_up = co_await catch_up(partition);
  if (!caught_up) co_return caught_up;

  std::vector<log::NewRecord> records;
  std::vector<std::string> topics;
  for (Input& input : inputs) {
    const std::string traceparent = input.record->event.traceparent;
    const contracts::DeadLetter letter = letter_of(std::move(input), now_());
    std::string id = letter.id();
    if (known_[partition].ids.contains(id)) continue;
    log::NewRecord record;
    record.topic = dead_letters_topic;
    record.partition = partition;
    topics.push_back(letter.topic);
    record.key = letter.key;
    record.value = contracts::to_json(letter);
    record.event.id = std::move(id);
    record.event.type = contracts::DeadLetter::type;
    record.event.source = "zhida/stores";
    record.event.time_ms = letter.at.time_since_epoch().count();
    record.event.traceparent = traceparent;
    records.push_back(std::move(record));
  }
  if (records.empty()) co_return result<void>();
  const auto appended = co_await log_.append(std::move(records));
  if (!appended) co_return appended.error();
  for (const std::string& topic : topics) ++appended_[topic];
  co_return result<void>();
}

}  // namespace zhida::stores
