// The program's tools that containers are run with.

#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace zhida {
namespace {

namespace fs = std::filesystem;
using test::run_zhida;

std::string content(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(HealthCheck, SucceedsForOneThatAnswersAndFailsOtherwise) {
  const test::TemporaryDirectory files;
  test::Standalone zhida(files.path());
  const std::string port = std::to_string(zhida.port());
  EXPECT_EQ(run_zhida({"healthcheck", "--port", port}), 0);
  EXPECT_EQ(run_zhida({"healthcheck", "--port", port, "/readyz"}), 0);
  EXPECT_EQ(run_zhida({"healthcheck", "--port", port, "/nothing"}), 1);
  zhida.kill();
  EXPECT_EQ(run_zhida({"healthcheck", "--port", port}), 1);
}

TEST(Server, CanBeNamedInsteadOfTheDirectorysOwn) {
  const test::TemporaryDirectory files;
  test::Standalone zhida(files.path());
  fs::remove(files.path() / "server.json");  // as if the directory were another machine's
  const std::string server = "127.0.0.1:" + std::to_string(zhida.port());
  EXPECT_EQ(run_zhida({"verify", "--data", files.path()}), 1);
  EXPECT_EQ(run_zhida({"verify", "--data", files.path(), "--server", server}), 0);
  EXPECT_EQ(run_zhida({"verify", "--data", files.path(), "--server", "127.0.0.1"}), 1);
  EXPECT_EQ(run_zhida({"sample", "load", "--data", files.path(), "--server", server, "--enterprises", "3"}), 0);
}

TEST(Keys, ArePreparedOnceAndNeverPrinted) {
  const test::TemporaryDirectory files;
  const fs::path data = files.path() / "made";
  std::string output;
  ASSERT_EQ(run_zhida({"keys", "prepare", "--data", data}, &output), 0);
  const std::string master = content(data / "master.key");
  EXPECT_EQ(master.size(), 65U);
  EXPECT_FALSE(fs::exists(data / "dev-keys.json"));
  ASSERT_EQ(run_zhida({"keys", "prepare", "--trial", "--data", data}, &output), 0);
  const std::string keys = content(data / "dev-keys.json");
  EXPECT_NE(keys.find("zk_"), std::string::npos);
  EXPECT_EQ(output.find("zk_"), std::string::npos);
  EXPECT_EQ(output.find(master.substr(0, 64)), std::string::npos);
  ASSERT_EQ(run_zhida({"keys", "prepare", "--trial", "--data", data}), 0);
  EXPECT_EQ(content(data / "master.key"), master);
  EXPECT_EQ(content(data / "dev-keys.json"), keys);
  EXPECT_EQ(fs::status(data / "master.key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace zhida
