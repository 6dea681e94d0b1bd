#include "flow/story.hpp"

#include "domain/date_time.hpp"
#include "domain/enterprise/industry_tree.hpp"
#include "schemas/files.hpp"
#include "standalone/sample/generator.hpp"
#include "support/repository.hpp"

#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <chrono>
#include <fstream>
#include <iterator>

namespace zhida::flow {
namespace {

using test::Answer;
using test::Standalone;

rapidjson::Document parse(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  return document;
}

std::string write(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

void expect(const Answer& answer, int status) { EXPECT_EQ(answer.status, status) << answer.body; }

/// A change as a client makes it: with a key of its own, and again while the answer is that it should come again.
Answer change(const Standalone& zhida, http::Verb verb, const std::string& target, const std::string& role, const std::string& body = "") {
  static int number = 0;
  const test::HeaderList key = {{"Idempotency-Key", "story-" + std::to_string(::getpid()) + "-" + std::to_string(++number)}};
  Answer answer;
  test::eventually([&] {
    answer = zhida.ask(verb, target, role, body, key);
    return answer.status != 503;
  });
  return answer;
}

}  // namespace

std::string text(const rapidjson::Value& value) {
  return value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : write(value);
}

std::string sample_part(const std::string& id, const char* member) {
  std::ifstream file(zhida::test::repository() / "schemas/samples/items" / (id + ".json"));
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const rapidjson::Document sample = parse(bytes);
  return write(sample[member]);
}

void publish(const Standalone& zhida, const std::string& id) {
  expect(change(zhida, http::Verb::put, "/operator/v1/documents/" + id, "operator", sample_part(id, "document")), 201);
  expect(change(zhida, http::Verb::put, "/operator/v1/items/" + id, "operator", sample_part(id, "item")), 201);
  expect(change(zhida, http::Verb::post, "/operator/v1/items/" + id + "/publish", "approver"), 200);
}

void put_package(const Standalone& zhida) {
  expect(change(zhida, http::Verb::put, "/operator/v1/packages/pkg-story", "operator",
                fmt::format(R"({{"title":"惠企礼包","kind":"gift","items":["{}","{}"]}})", settled_item, manual_item)),
         201);
}

Enterprises sample_enterprises(std::uint64_t first, std::uint64_t count, std::uint64_t seed) {
  static const enterprise::IndustryTree industries = enterprise::IndustryTree::parse(schemas::file("reference/industries.csv")).value();
  const standalone::SampleGenerator generator(industries, seed);
  Enterprises made;
  for (std::uint64_t index = first; index < first + count; ++index) {
    made.usccs.emplace_back(generator.uscc(index).text());
    generator.append_line(index, made.lines);
  }
  return made;
}

Answer upload(const Standalone& zhida, const std::string& target, const std::string& lines) {
  return zhida.post(target, "data_centre", lines, {{"Content-Type", "application/x-ndjson"}});
}

rapidjson::Document last_line(const std::string& ndjson) {
  const std::size_t end = ndjson.find_last_not_of("\r\n");
  if (end == std::string::npos) return {};
  const std::size_t before = ndjson.rfind('\n', end);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return parse(ndjson.substr(begin, end + 1 - begin));
}

std::string campaign_body(const std::string& title, const std::string& audience, const std::string& lane) {
  return fmt::format(R"({{"title":"{}","content":{{"title":"减半征收","body":"您可享受六税两费减半"}},"package":"pkg-story","audience":{},)"
                     R"("channels":["page"],"lane":"{}","valid_until":"2035-12-31"}})",
                     title, audience, lane);
}

std::string approved_campaign(const Standalone& zhida, const std::string& body) {
  const Answer made = change(zhida, http::Verb::post, "/operator/v1/campaigns", "operator", body);
  expect(made, 201);
  const std::string id = text(made.at("id"));
  const std::string target = "/operator/v1/campaigns/" + id;
  expect(change(zhida, http::Verb::post, target + "/submit", "operator"), 200);
  expect(change(zhida, http::Verb::post, target + "/approve", "approver",
                fmt::format(R"({{"content_hash":"{}"}})", text(made.at("content_hash")))),
         200);
  return id;
}

bool completed(const Standalone& zhida, const std::string& id) {
  return text(zhida.get("/operator/v1/campaigns/" + id, "operator").at("state")) == "completed";
}

void run_campaign(const Standalone& zhida, const std::string& id) {
  expect(change(zhida, http::Verb::post, "/operator/v1/campaigns/" + id + "/launch", "operator"), 200);
  EXPECT_TRUE(test::eventually([&] { return completed(zhida, id); })) << id;
}

std::map<std::string, std::string> intents_of(const Standalone& zhida, const std::vector<std::string>& usccs) {
  std::map<std::string, std::string> intents;
  for (const std::string& uscc : usccs) {
    const Answer timeline = zhida.get("/operator/v1/enterprises/" + uscc + "/timeline?limit=1000", "operator");
    expect(timeline, 200);
    if (!timeline.at("items").IsArray()) continue;
    for (const auto& entry : timeline.at("items").GetArray()) {
      const std::string reason = entry["reason"].IsNull() ? "" : "!" + text(entry["reason"]);
      EXPECT_TRUE(intents.emplace(text(entry["intent"]), text(entry["state"]) + reason).second) << text(entry["intent"]) << " stands twice";
    }
  }
  return intents;
}

std::vector<std::string> inbox_of(const Answer& inbox) {
  std::vector<std::string> entries;
  if (!inbox.at("items").IsArray()) return {"no inbox"};
  for (const auto& item : inbox.at("items").GetArray()) entries.push_back(text(item["intent"]) + "=" + text(item["state"]));
  return entries;
}

std::string now_text() {
  // With milliseconds: what happens next must not seem to lie before what just happened.
  return domain::format_instant(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

std::string today_text() {
  return fmt::format("{:%Y-%m-%d}",
                     std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now() + std::chrono::hours(8)));
}

}  // namespace zhida::flow
