// What others put into the topics of a running cluster: it is put aside with its reason or refused by name, and everything goes on.

#include "chaos/topics.hpp"
#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace zhida {
namespace {

using chaos::Raw;
using test::Answer;
using test::eventually;
using test::Standalone;
using namespace std::chrono_literals;

constexpr std::uint64_t enterprises = 60;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

class ForeignRecords : public testing::Test {
 protected:
  ForeignRecords() : zhida(files.path()), topics(description()["brokers"].GetString()) {
    flow::publish(zhida, flow::settled_item);
    flow::publish(zhida, flow::manual_item);
    flow::put_package(zhida);
    supplied = flow::sample_enterprises(0, enterprises);
    EXPECT_EQ(flow::upload(zhida, "/operator/v1/enterprises", supplied.lines).status, 200);
    expect_delivered("先");
  }

  rapidjson::Document description() const {
    rapidjson::Document document;
    document.Parse(content_of(files / "cluster.json").c_str());
    return document;
  }
  std::map<std::string, int> pids() const {
    const rapidjson::Document described = description();
    std::map<std::string, int> found;
    for (const auto& each : described["services"].GetObject()) found[each.name.GetString()] = each.value["pid"].GetInt();
    return found;
  }

  void expect_delivered(const std::string& title) {
    const std::string id = flow::approved_campaign(zhida, flow::campaign_body(title));
    flow::run_campaign(zhida, id);
    const Answer funnel = zhida.get("/effect/v1/campaigns/" + id + "/funnel", "analyst");
    EXPECT_EQ(funnel.at("audience").GetInt(), funnel.at("by_state", "delivered").GetInt()) << funnel.body;
    EXPECT_GT(funnel.at("audience").GetInt(), 0) << funnel.body;
  }

  /// A record of the topic as the services write them; of one that has none yet, something like it.
  Raw some_record(const std::string& topic, const std::string& log) const {
    const auto [first, end] = topics.range(topic, 0);
    for (const Raw& each : topics.read(topic, 0, first, static_cast<std::size_t>(end - first)))
      if (!each.header("ce_type").starts_with("zhida.log.") && !each.value.empty()) return each;
    Raw made;
    made.place = {topic, 0, 0};
    made.value = "{}";
    made.headers = {{"ce_specversion", "1.0"}, {"ce_id", "x"}, {"ce_type", "zhida.unheard.of.v1"}, {"zhida_log", log}};
    return made;
  }
  static void drop(Raw& record, const std::string& header) {
    std::erase_if(record.headers, [&](const auto& each) { return each.first == header; });
  }
  static void set(Raw& record, const std::string& header, const std::string& value) {
    drop(record, header);
    record.headers.emplace_back(header, value);
  }
  std::string log_id() const {
    const auto records = topics.read("commands", 0, topics.range("commands", 0).first, 1);
    return std::string(records.at(0).header("zhida_log"));
  }

  const test::TemporaryDirectory files;
  Standalone zhida;
  chaos::Topics topics;
  flow::Enterprises supplied;
};

TEST_F(ForeignRecords, ArePutAsideWithTheirReasonAndEverythingGoesOn) {
  const auto before = pids();
  const std::string log = log_id();
  std::map<std::string, std::string> expected;  // id of the dead letter → what is wrong
  for (const std::string topic : {"profiles", "vault", "intents", "intents-urgent", "receipts", "receipts-urgent", "engagements",
                                  "outcomes", "commands", "catalog", "audit"}) {
    const Raw original = some_record(topic, log);
    std::map<std::string, Raw> records;
    for (const char* const kind : {"no headers", "no log", "a newer version", "no type", "a megabyte", "bytes"}) records[kind] = original;
    records["no headers"].headers.clear();
    drop(records["no log"], "zhida_log");
    set(records["a newer version"], "ce_type", std::string(original.header("ce_type")) + "0");
    drop(records["no type"], "ce_type");
    records["a megabyte"].value.assign(1'000'000, 'x');
    records["bytes"].value = "\xff\xfe{";
    records["bytes"].key = "\xff\xfe";
    set(records["bytes"], "ce_type", "\xff\xfe");
    for (auto& [kind, record] : records) {
      record.place = {topic, 0, 0};
      const auto [where, partition, offset] = topics.append(record);
      if (topic != "audit") expected[fmt::format("{}/{}/{}", where, partition, offset)] = kind;  // a chain of its own
    }
  }
  std::map<std::string, std::string> missing;
  const auto all_put_aside = [&] {
    missing = expected;
    const auto [first, end] = topics.range("dead-letters", 0);
    for (const Raw& letter : topics.read("dead-letters", 0, first, static_cast<std::size_t>(end - first))) {
      missing.erase(std::string(letter.header("ce_id")));
      if (letter.header("ce_type").starts_with("zhida.log.")) continue;
      EXPECT_NE(letter.value.find("\"reason\":{"), std::string::npos) << letter.value.substr(0, 300);
    }
    return missing.empty();
  };
  EXPECT_TRUE(eventually(all_put_aside, 60s)) << testing::PrintToString(missing);
  std::string listed;
  for (std::string next = "/operator/v1/dead-letters?limit=200"; !next.empty();) {
    const Answer answer = zhida.get(next, "auditor");
    ASSERT_EQ(answer.status, 200) << answer.body.substr(0, 500);
    ASSERT_FALSE(answer.json.HasParseError()) << "somebody's bytes made the answer unreadable";
    listed += answer.body;
    const rapidjson::Value& more = answer.at("next");
    next =
        more.IsString() && more.GetStringLength() > 0 ? "/operator/v1/dead-letters?limit=200&after=" + std::string(more.GetString()) : "";
  }
  for (const auto& [id, kind] : expected) {
    std::string shown = id;
    std::ranges::replace(shown, '/', '.');
    EXPECT_NE(listed.find("\"" + shown + "\""), std::string::npos) << id << ": " << kind;
  }
  expect_delivered("后");
  const Answer verified = zhida.post("/effect/v1/verify", "auditor");
  EXPECT_TRUE(verified.at("equal").IsTrue()) << verified.body;
  EXPECT_EQ(pids(), before) << "a process ended";
}

TEST_F(ForeignRecords, OfAnotherLogAreRefusedByName) {
  Raw record = some_record("profiles", log_id());
  const std::string other(32, 'f');
  set(record, "zhida_log", other);
  record.place = {"profiles", 0, 0};
  topics.append(record);
  const auto refused_by = [&](const std::string& service) {
    return content_of(files / "log" / (service + ".log")).find("holds a record of log " + other) != std::string::npos;
  };
  EXPECT_TRUE(eventually([&] { return refused_by("operator") && refused_by("matcher"); }, 30s));
  // One that begins now meets it in the past, not at the end.
  const int killed = pids()["matcher"];
  ASSERT_EQ(::kill(killed, SIGKILL), 0);
  ASSERT_TRUE(eventually([&] {
    const int now = pids()["matcher"];
    return now != 0 && now != killed;
  }));
  const auto before = pids();
  std::this_thread::sleep_for(8s);
  EXPECT_EQ(pids(), before) << "a process ends and is started again, and again";
}

}  // namespace
}  // namespace zhida
