// What a directory keeps, and what becomes of requests while Redis is lost.

#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::eventually;
using test::Standalone;
using Clock = std::chrono::steady_clock;

/// Two items, a package, some enterprises and a completed campaign to all of them: `c1`.
std::vector<std::string> tell(const Standalone& zhida, std::uint64_t enterprises = 120) {
  flow::publish(zhida, flow::settled_item);
  flow::publish(zhida, flow::manual_item);
  flow::put_package(zhida);
  flow::Enterprises supplied = flow::sample_enterprises(0, enterprises);
  EXPECT_EQ(flow::upload(zhida, "/operator/v1/enterprises", supplied.lines).status, 200);
  flow::run_campaign(zhida, flow::approved_campaign(zhida, flow::campaign_body("全体")));
  return std::move(supplied.usccs);
}

Answer inbox(const Standalone& zhida, const std::string& uscc) { return zhida.get("/page/v1/enterprises/" + uscc + "/inbox", "page"); }

std::string progress(const Standalone& zhida) { return text(zhida.get("/operator/v1/campaigns/c1", "operator").at("progress")); }

/// Everything of the story that a reader can see.
struct Seen {
  std::map<std::string, std::string> intents;
  std::vector<std::vector<std::string>> inboxes;
  std::string progress;
  std::string audit;
  bool operator==(const Seen&) const = default;
};

Seen look(const Standalone& zhida, const std::vector<std::string>& usccs) {
  Seen seen;
  seen.intents = flow::intents_of(zhida, usccs);
  for (const std::string& uscc : usccs) seen.inboxes.push_back(flow::inbox_of(inbox(zhida, uscc)));
  seen.progress = progress(zhida);
  seen.audit = zhida.get("/operator/v1/audit?limit=1000", "auditor").body;
  return seen;
}

void impress(const Standalone& zhida, const std::string& intent, const std::string& id) {
  const std::string events =
      fmt::format(R"({{"events":[{{"id":"{}","intent":"{}","item":null,"type":"impression","at":"{}","surface":"home"}}]}})", id, intent,
                  flow::now_text());
  EXPECT_EQ(zhida.post("/page/v1/engagements", "page", events).status, 202);
}

/// Whether an impression stands in the enterprise's timeline.
bool engaged(const Standalone& zhida, const std::string& uscc) {
  return zhida.get("/operator/v1/enterprises/" + uscc + "/timeline", "operator").body.find("\"impression\"") != std::string::npos;
}

/// Sends FLUSHALL to the Redis child of `zhida`, by the way its directory offers.
void flush_redis(const Standalone& zhida) {
  const std::filesystem::path directory = zhida.directory() / "redis";
  const int folder = ::open(directory.c_str(), O_PATH | O_DIRECTORY);
  ASSERT_GE(folder, 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/redis.sock", folder);
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string command = "FLUSHALL\r\n";
  ASSERT_EQ(::write(socket, command.data(), command.size()), static_cast<ssize_t>(command.size()));
  char reply[16] = {};
  EXPECT_GT(::read(socket, reply, sizeof reply), 0);
  EXPECT_STREQ(reply, "+OK\r\n");
  ::close(socket);
  ::close(folder);
}

void kill_redis(const Standalone& zhida) {
  pid_t pid = 0;
  std::ifstream(zhida.directory() / "redis" / "redis.pid") >> pid;
  ASSERT_GT(pid, 1);
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
}

/// Reads pages and progress until all answer again: each answer must be right or 503.
void expect_right_or_unavailable(const Standalone& zhida, const std::vector<std::string>& usccs, const Seen& before) {
  const auto deadline = Clock::now() + std::chrono::seconds(30);
  int unavailable = 0;
  int right_in_a_row = 0;
  for (std::size_t i = 0; right_in_a_row < 300; i = (i + 1) % usccs.size()) {
    ASSERT_LT(Clock::now(), deadline) << "not healed: " << unavailable << " answers were 503";
    const Answer page = inbox(zhida, usccs[i]);
    const Answer campaign = zhida.get("/operator/v1/campaigns/c1", "operator");
    if (page.status == 503 || campaign.status == 503) {
      ++unavailable;
      right_in_a_row = 0;
    } else {
      ++right_in_a_row;
    }
    if (page.status != 503) {
      ASSERT_EQ(page.status, 200) << page.body;
      ASSERT_EQ(flow::inbox_of(page), before.inboxes[i]);
    } else {
      EXPECT_FALSE(page.headers.get("Retry-After").empty());
    }
    if (campaign.status != 503) {
      ASSERT_EQ(text(campaign.at("progress")), before.progress);
    }
  }
}

TEST(Restart, KeepsEverything) {
  const test::TemporaryDirectory files;
  Standalone zhida(files.path());
  const std::vector<std::string> usccs = tell(zhida);
  const Seen before = look(zhida, usccs);
  ASSERT_GT(before.intents.size(), 100U);

  const auto asked = Clock::now();
  EXPECT_EQ(zhida.stop(), 0);
  EXPECT_LT(Clock::now() - asked, std::chrono::seconds(10));
  zhida.start();
  EXPECT_EQ(look(zhida, usccs), before);

  zhida.kill();
  zhida.start();
  EXPECT_EQ(look(zhida, usccs), before);
  EXPECT_EQ(zhida.post("/operator/v1/campaigns/c1/launch", "operator").status, 409) << "once for ever";
}

TEST(Restart, FoldsAnewWhatRedisHeld) {
  const test::TemporaryDirectory files;
  Standalone zhida(files.path());
  const std::vector<std::string> usccs = tell(zhida);
  const Seen before = look(zhida, usccs);
  EXPECT_EQ(zhida.stop(), 0);
  std::filesystem::remove_all(files / "redis");
  zhida.start();
  EXPECT_EQ(look(zhida, usccs), before);
}

TEST(Restart, HealsAFlushedOrKilledRedisAndIsNeverWrongMeanwhile) {
  const test::TemporaryDirectory files;
  Standalone zhida(files.path());
  const std::vector<std::string> usccs = tell(zhida);
  const Seen before = look(zhida, usccs);

  flush_redis(zhida);
  expect_right_or_unavailable(zhida, usccs, before);
  kill_redis(zhida);
  expect_right_or_unavailable(zhida, usccs, before);
  flush_redis(zhida);
  kill_redis(zhida);
  expect_right_or_unavailable(zhida, usccs, before);
  EXPECT_EQ(look(zhida, usccs), before);

  const std::string second = flow::approved_campaign(zhida, flow::campaign_body("再次"));
  flow::run_campaign(zhida, second);
  EXPECT_EQ(flow::intents_of(zhida, usccs).size(), 2 * before.intents.size()) << "it goes on working";
}

TEST(Restart, ASecondProgramOnTheSameDirectoryRefuses) {
  const test::TemporaryDirectory files;
  const Standalone zhida(files.path());
  EXPECT_EQ(test::run_zhida({"serve", "--data", files.path().string(), "--port", "0"}), 1);
  EXPECT_EQ(zhida.get("/readyz", "").status, 200) << "the first one goes on";
  EXPECT_EQ(zhida.get("/operator/v1/campaigns", "operator").status, 200);
}

TEST(Restart, ANewerFormatIsRefused) {
  const test::TemporaryDirectory files;
  std::ofstream(files / "format") << "99\n";
  EXPECT_EQ(test::run_zhida({"serve", "--data", files.path().string(), "--port", "0"}), 1);
  std::string version;
  std::getline(std::ifstream(files / "format"), version);
  EXPECT_EQ(version, "99");
  EXPECT_FALSE(std::filesystem::exists(files / "log.sqlite3")) << "nothing is touched";
}

/// The names below a directory.
std::set<std::string> names_in(const std::filesystem::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) names.insert(entry.path().filename());
  return names;
}

TEST(Restart, TheStandaloneSystemRefusesTheDirectoryOfACluster) {
  const test::TemporaryDirectory files;
  std::filesystem::create_directories(files / "log");
  std::ofstream(files / "log" / "matcher.log") << "\n";
  const std::set<std::string> before = names_in(files.path());
  const test::Ran ran = test::run_program("zhida", {"serve", "--data", files.path().string(), "--port", "0"}, std::chrono::seconds(20));
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.errors, testing::HasSubstr(files.path().string() + " holds a cluster, whose log is Kafka's"));
  EXPECT_EQ(names_in(files.path()), before) << "nothing is touched";
}

TEST(Restart, AClusterRefusesTheDirectoryOfTheStandaloneSystem) {
  const test::TemporaryDirectory files;
  { const Standalone zhida(files.path()); }
  const std::set<std::string> before = names_in(files.path());
  const test::Ran ran = test::run_program("zhida", {"cluster", "--data", files.path().string(), "--port", "0"}, std::chrono::seconds(20));
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.errors, testing::HasSubstr(files.path().string() + " holds the log of a standalone system"));
  EXPECT_EQ(names_in(files.path()), before) << "nothing is touched";
  const Standalone again(files.path());
  EXPECT_EQ(again.get("/operator/v1/campaigns", "operator").status, 200) << "it is as it was";
}

TEST(Restart, ALongDirectoryWorks) {
  const test::TemporaryDirectory files;
  std::filesystem::path deep = files.path();
  while (deep.native().size() < 240) deep /= "a-directory-with-a-long-name";
  Standalone zhida(deep);
  const std::vector<std::string> usccs = tell(zhida, 20);
  const Seen before = look(zhida, usccs);
  zhida.kill();
  zhida.start();
  EXPECT_EQ(look(zhida, usccs), before);
}

TEST(Restart, NobodyElseCanReadTheDirectory) {
  const test::TemporaryDirectory files;
  const Standalone zhida(files / "data");
  tell(zhida, 5);
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  const auto open_to_others = [&](const std::filesystem::path& path) {
    return (std::filesystem::symlink_status(path).permissions() & others) != std::filesystem::perms::none;
  };
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(zhida.directory())) {
    ++seen;
    EXPECT_FALSE(open_to_others(entry.path())) << entry.path();
  }
  EXPECT_GT(seen, 6U);
}

TEST(Restart, ABackupOfARunningSystemGivesTheSameAgain) {
  const test::TemporaryDirectory files;
  const std::string copy = (files / "backup").string();
  const std::string restored = (files / "restored").string();
  std::vector<std::string> usccs;
  Seen before;
  {
    Standalone zhida(files / "data");
    usccs = tell(zhida);
    impress(zhida, "c1.1.page." + usccs[0], "before");
    EXPECT_TRUE(eventually([&] { return engaged(zhida, usccs[0]); }));
    before = look(zhida, usccs);
    ASSERT_EQ(test::run_zhida({"backup", "--data", zhida.directory().string(), copy}), 0);
    flow::run_campaign(zhida, flow::approved_campaign(zhida, flow::campaign_body("备份之后")));
    EXPECT_NE(look(zhida, usccs), before);
    EXPECT_NE(test::run_zhida({"backup", "--data", zhida.directory().string(), copy}), 0) << "a backup is never overwritten";
  }
  ASSERT_EQ(test::run_zhida({"restore", "--data", restored, copy}), 0);
  EXPECT_NE(test::run_zhida({"restore", "--data", restored, copy}), 0) << "nor is a directory in use";
  const std::string nothing = (files / "nothing").string();
  EXPECT_NE(test::run_zhida({"restore", "--data", nothing, (files / "no-backup").string()}), 0);
  EXPECT_FALSE(std::filesystem::exists(nothing)) << "a refused restore leaves nothing behind";
  const Standalone again(restored);
  EXPECT_EQ(look(again, usccs), before);
  EXPECT_TRUE(engaged(again, usccs[0]));
}

}  // namespace
}  // namespace zhida
