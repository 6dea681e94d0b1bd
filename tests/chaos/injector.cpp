#include "chaos/injector.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace zhida::chaos {
namespace {

using namespace std::chrono_literals;

/// The topics whose records a fold reads.
const std::vector<std::string> folded{"profiles",        "intents",     "intents-urgent", "receipts",
                                      "receipts-urgent", "engagements", "outcomes",       "catalog"};
const std::vector<std::string> doubles{"profiles",    "intents",  "intents-urgent", "receipts", "receipts-urgent",
                                       "engagements", "outcomes", "catalog",        "commands"};
constexpr std::size_t most_facts = 1'000;
constexpr double doubles_each_second = 1'300.0 / 1'800;
constexpr double poison_each_second = 500.0 / 1'800;

std::string name_of(const Place& place) {
  const auto& [topic, partition, offset] = place;
  return fmt::format("{}/{}/{}", topic, partition, offset);
}

void set_header(Raw& record, std::string_view name, const std::string& value) {
  for (auto& [header, old] : record.headers)
    if (header == name) old = value;
}

std::string write(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

/// Adds a fact that nobody can use behind those of a block; its number, or nothing if the record is no block.
std::optional<unsigned> add_bad_fact(Raw& record) {
  rapidjson::Document block;
  block.Parse(record.value.c_str());
  if (block.HasParseError() || !block.IsObject() || !block.HasMember("facts") || block["facts"].Size() >= most_facts) return std::nullopt;
  rapidjson::Value fact(rapidjson::kObjectType);
  fact.AddMember("uscc", "91310117000000000X", block.GetAllocator()).AddMember("state", "delivered", block.GetAllocator());
  const unsigned index = block["facts"].Size();
  block["facts"].PushBack(fact, block.GetAllocator());
  record.value = write(block);
  return index;
}

}  // namespace

void Injector::start(double minutes) {
  running_ = true;
  thread_ = std::thread([this, minutes] {
    using Clock = std::chrono::steady_clock;
    const auto began = Clock::now();
    const auto length = std::chrono::milliseconds(static_cast<std::int64_t>(minutes * 60'000));
    int doubled = 0, poisoned = 0;
    while (running_ && Clock::now() < began + length) {
      const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
      try {
        // In groups: what is out of order must be near each other.
        for (; doubled + 5 < doubles_each_second * seconds; doubled += 5) double_some();
        for (; poisoned + 1 < poison_each_second * seconds; ++poisoned) poison();
      } catch (const std::runtime_error&) {
        // The brokers were away; the next one will do.
      }
      std::this_thread::sleep_for(500ms);
    }
  });
}

void Injector::stop() {
  running_ = false;
  if (thread_.joinable()) thread_.join();
}

std::vector<Raw> Injector::some_records(const std::vector<std::string>& from, std::size_t count) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::string& topic = from[random_() % from.size()];
    const auto all = topics_.partitions();
    const auto found = all.find(topic);
    if (found == all.end()) continue;
    const auto partition = static_cast<std::int32_t>(random_() % static_cast<std::uint64_t>(found->second));
    const auto [first, end] = topics_.range(topic, partition);
    // The first says whose log this is.
    if (end - first < 2) continue;
    const auto offset = first + 1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end - first - 1));
    std::vector<Raw> records = topics_.read(topic, partition, offset, count);
    std::erase_if(records, [&](const Raw& record) {
      return touched_.contains(record.place) || record.header("zhida_log").empty() || record.header("ce_type").starts_with("zhida.log.");
    });
    if (!records.empty()) return records;
  }
  return {};
}

void Injector::double_some() {
  std::vector<Raw> records = some_records(doubles, 5);
  std::ranges::shuffle(records, random_);
  for (const Raw& record : records) {
    topics_.append(record);
    ++doubled_;
  }
}

void Injector::poison() {
  std::vector<Raw> some = some_records(folded, 1);
  if (some.empty()) return;
  Raw record = std::move(some.front());
  std::optional<unsigned> index;
  const std::string id = fmt::format("poison-{}", random_());
  set_header(record, "ce_id", id);
  switch (random_() % 6) {
    case 0:
      record.value = "{\"cut off\":";
      break;
    case 1:
      record.value = "{}";
      break;
    case 2:
      set_header(record, "ce_type", std::string(record.header("ce_type")) + "0");  // a version that nobody knows yet
      break;
    case 3:
      record.headers.clear();
      break;
    case 4:
      record.value.assign(1'000'000, 'x');
      break;
    default:
      index = add_bad_fact(record);
      if (!index) record.value = "[]";
  }
  const Place place = topics_.append(record);
  touched_.insert(place);
  const std::scoped_lock lock(mutex_);
  poisoned_.insert(name_of(place) + (index ? fmt::format("/{}", *index) : ""));
  if (!index) unusable_.insert(place);
}

bool Injector::decide_again() {
  const std::vector<Raw> some = some_records({"intents"}, 50);
  for (const Raw& original : some) {
    rapidjson::Document block;
    block.Parse(original.value.c_str());
    if (!block.IsObject() || !block.HasMember("facts")) continue;
    block["occurrence"].SetString("2");
    Raw copy = original;
    copy.value = write(block);
    set_header(copy, "ce_id", std::string(original.header("ce_id")) + "-again");
    topics_.append(copy);
    return true;
  }
  return false;
}

std::set<std::string> Injector::poisoned() const {
  const std::scoped_lock lock(mutex_);
  return poisoned_;
}

std::set<Place> Injector::unusable() const {
  const std::scoped_lock lock(mutex_);
  return unusable_;
}

}  // namespace zhida::chaos
