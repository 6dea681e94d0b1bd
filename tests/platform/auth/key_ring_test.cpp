#include "platform/auth/key_ring.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace zhida::auth {
namespace {

class KeyRingTest : public testing::Test {
 protected:
  KeyRingTest() : folder_(std::filesystem::temp_directory_path() / ("zhida-keys-" + hex(random_bytes(8)))) {
    std::filesystem::create_directory(folder_);
  }
  ~KeyRingTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "keys.json"; }
  std::string content() const {
    std::ifstream input(file());
    return {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
  }
  void overwrite(std::string_view text) const { std::ofstream(file()) << text; }

 private:
  std::filesystem::path folder_;
};

TEST_F(KeyRingTest, FindsTheHolderOfAKeyAlsoAfterARestart) {
  KeyRing ring(file());
  EXPECT_EQ(ring.size(), 0U);
  const std::string key = ring.add(Role::operator_, "jw", "sj-01", "operator-jw");
  EXPECT_TRUE(key.starts_with("zk_"));
  EXPECT_EQ(key.size(), 3U + 43U);
  const KeyRing again(file());
  const auto holder = again.find(key);
  ASSERT_NE(holder, nullptr);
  EXPECT_EQ(holder->key_id, "operator-jw");
  EXPECT_EQ(holder->role, Role::operator_);
  EXPECT_EQ(holder->bureau, "jw");
  EXPECT_EQ(holder->region, "sj-01");
  EXPECT_EQ(again.find(key + "x"), nullptr);
  EXPECT_EQ(again.find(""), nullptr);
}

TEST_F(KeyRingTest, KeepsOnlyHashesInAPrivateFile) {
  KeyRing ring(file());
  const std::string key = ring.add(Role::admin, "qfb");
  EXPECT_EQ(content().find(key.substr(3)), std::string::npos);
  struct stat info {};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(KeyRingTest, SeesKeysAddedByAnotherProcess) {
  KeyRing serving(file());
  KeyRing tool(file());
  const std::string key = tool.add(Role::auditor, "qfb");
  EXPECT_EQ(serving.find(key), nullptr);
  EXPECT_TRUE(serving.reload_if_changed());
  const auto held = serving.find(key);
  ASSERT_NE(held, nullptr);
  EXPECT_FALSE(serving.reload_if_changed());
  EXPECT_TRUE(tool.remove(held->key_id));
  EXPECT_TRUE(serving.reload_if_changed());
  EXPECT_EQ(serving.find(key), nullptr);
  EXPECT_EQ(held->role, Role::auditor) << "who was found stays valid";
}

TEST_F(KeyRingTest, StaysAsItIsWhenTheFileBecomesMalformed) {
  KeyRing ring(file());
  const std::string key = ring.add(Role::page, "qfb");
  overwrite("{\"keys\":[{\"id\":");
  EXPECT_FALSE(ring.reload_if_changed());
  EXPECT_NE(ring.find(key), nullptr);
  EXPECT_THROW(KeyRing{file()}, std::runtime_error);
  overwrite(R"({"keys":[{"id":"a","sha256":"00","role":"page","bureau":"qfb"}]})");
  EXPECT_THROW(KeyRing{file()}, std::runtime_error);
  std::filesystem::remove(file());
  EXPECT_FALSE(ring.reload_if_changed());
  EXPECT_NE(ring.find(key), nullptr);
}

TEST_F(KeyRingTest, RefusesTwoKeysOfOneName) {
  KeyRing ring(file());
  ring.add(Role::page, "qfb", "", "one");
  EXPECT_THROW(ring.add(Role::page, "qfb", "", "one"), std::invalid_argument);
  EXPECT_FALSE(ring.remove("two"));
}

TEST(Role, NamesAndReadsAllRoles) {
  for (const Role role : all_roles) EXPECT_EQ(role_named(name_of(role)), role);
  EXPECT_EQ(name_of(Role::operator_), "operator");
  EXPECT_FALSE(role_named("root"));
  const Roles some{Role::page, Role::admin};
  EXPECT_TRUE(some.contains(Role::admin));
  EXPECT_FALSE(some.contains(Role::operator_));
}

}  // namespace
}  // namespace zhida::auth
