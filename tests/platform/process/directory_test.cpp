#include "platform/process/directory_lock.hpp"
#include "platform/process/durable_file.hpp"
#include "platform/process/format_version.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace zhida::process {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::string content_of(const fs::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

TEST(DirectoryLock, RefusesASecondProcessAndNamesTheFirst) {
  const test::TemporaryDirectory parent;
  const fs::path directory = parent / "made" / "here";
  const DirectoryLock lock(directory);
  test::ChildProcess second([&] {
    try {
      const DirectoryLock too(directory);
    } catch (const DirectoryInUse& error) {
      return std::string(error.what()).find("pid " + std::to_string(::getppid()) + ")") == std::string::npos ? 1 : 0;
    }
    return 2;
  });
  EXPECT_EQ(second.wait(), 0);
}

TEST(DirectoryLock, IsFreeAgainAfterAKill) {
  const test::TemporaryDirectory directory;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  test::ChildProcess holder([&] {
    const DirectoryLock lock(directory.path());
    if (::write(ready[1], "x", 1) != 1) return 1;
    ::pause();
    return 0;
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THROW(DirectoryLock(directory.path()), DirectoryInUse);
  holder.kill();
  EXPECT_NO_THROW(DirectoryLock(directory.path()));
  ::close(ready[0]);
  ::close(ready[1]);
}

class FormatVersion : public testing::Test {
 protected:
  std::vector<Migration> steps(int count) {
    std::vector<Migration> made;
    for (int i = 1; i <= count; ++i) made.emplace_back([this, i](const fs::path&) { done.push_back(i); });
    return made;
  }

  test::TemporaryDirectory directory;
  fs::path file = directory / "format";
  std::vector<int> done;
};

TEST_F(FormatVersion, GivesANewDirectoryTheNewestNumber) {
  ensure_format(directory.path(), steps(2));
  EXPECT_EQ(content_of(file), "3\n");
  EXPECT_TRUE(done.empty());
}

TEST_F(FormatVersion, MigratesAnOlderDirectoryStepByStep) {
  ensure_format(directory.path(), {});
  ensure_format(directory.path(), steps(1));
  EXPECT_THAT(done, ElementsAre(1));
  ensure_format(directory.path(), steps(4));
  EXPECT_THAT(done, ElementsAre(1, 2, 3, 4));
  ensure_format(directory.path(), steps(4));
  EXPECT_EQ(done.size(), 4U);
}

TEST_F(FormatVersion, GoesOnWhereAMigrationFailed) {
  ensure_format(directory.path(), {});
  auto failing = steps(3);
  failing[1] = [](const fs::path&) { throw std::runtime_error("disk"); };
  EXPECT_THROW(ensure_format(directory.path(), failing), std::runtime_error);
  EXPECT_EQ(content_of(file), "2\n");
  ensure_format(directory.path(), steps(3));
  EXPECT_THAT(done, ElementsAre(1, 2, 3));
}

TEST_F(FormatVersion, RefusesANewerOrUnreadableNumber) {
  ensure_format(directory.path(), steps(2));
  try {
    ensure_format(directory.path(), steps(1));
    FAIL() << "accepted";
  } catch (const FormatRefused& error) {
    EXPECT_THAT(error.what(), HasSubstr("has format 3, this program knows formats up to 2"));
  }
  for (const char* wrong : {"", "0", "x", "1x", "-1"}) {
    write_durably(file, wrong);
    EXPECT_THROW(ensure_format(directory.path(), {}), FormatRefused) << wrong;
  }
}

TEST(DurableFile, ReplacesWholeFiles) {
  const test::TemporaryDirectory directory;
  write_durably(directory / "f", std::string(100'000, 'a'));
  write_durably(directory / "f", "b");
  EXPECT_EQ(content_of(directory / "f"), "b");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 1);
  EXPECT_THROW(write_durably(directory / "missing" / "f", "b"), std::system_error);
}

}  // namespace
}  // namespace zhida::process
