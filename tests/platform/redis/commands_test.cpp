#include "platform/redis/commands.hpp"

#include "platform/redis/address.hpp"
#include "platform/redis/script.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace zhida::redis {
namespace {

using namespace std::string_view_literals;

TEST(RedisCommands, CountBytesSoThatBinaryArgumentsAreSafe) {
  Commands commands;
  commands.add("SET", "k", "a\r\n\0b"sv).add("PING");
  EXPECT_EQ(commands.encoded(0), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\n\0b\r\n"sv);
  EXPECT_EQ(commands.encoded(1), "*1\r\n$4\r\nPING\r\n");
}

TEST(RedisCommands, CanBeTakenApart) {
  Commands commands;
  commands.add("PING").add("SET", "k", "", "a\r\n\0b"sv);
  EXPECT_EQ(commands.words(0), (std::vector<std::string_view>{"PING"}));
  EXPECT_EQ(commands.words(1), (std::vector<std::string_view>{"SET", "k", "", "a\r\n\0b"sv}));
  EXPECT_EQ(commands.words(1, 2), (std::vector<std::string_view>{"SET", "k"}));
}

TEST(RedisCommands, RefuseTooFewAndTooManyArguments) {
  Commands commands;
  commands.begin("HSET", 3).arg("key").arg(std::int64_t{-12});
  EXPECT_THROW(static_cast<void>(commands.encoded(0)), std::logic_error);
  EXPECT_THROW(commands.add("PING"), std::logic_error);
  commands.arg("value");
  EXPECT_EQ(commands.encoded(0), "*4\r\n$4\r\nHSET\r\n$3\r\nkey\r\n$3\r\n-12\r\n$5\r\nvalue\r\n");
  EXPECT_THROW(commands.arg("more"), std::logic_error);
}

TEST(RedisScript, IsNamedByItsSha1) { EXPECT_EQ(Script("return 1").sha(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"); }

TEST(RedisAddress, ReadsItsForms) {
  EXPECT_EQ(Address::parse("/run/redis.sock")->socket, "/run/redis.sock");
  EXPECT_EQ(Address::parse("unix:///run/redis.sock")->socket, "/run/redis.sock");
  EXPECT_EQ(Address::parse("127.0.0.1:7000")->port, 7000);
  EXPECT_EQ(Address::parse("redis-host")->port, 6379);
  EXPECT_EQ(Address::parse("[::1]:7000")->host, "::1");
  const Address full = Address::parse("redis://fold:p@ss:word@10.0.0.1:7000/").value();
  EXPECT_EQ(full.user, "fold");
  EXPECT_EQ(full.password, "p@ss:word");
  EXPECT_EQ(full.host, "10.0.0.1");
  EXPECT_EQ(full.port, 7000);
  EXPECT_EQ(Address::parse("redis://:secret@h")->password, "secret");
  for (const char* wrong : {"", ":7000", "h:0", "h:70000", "h:x", "unix:relative", "redis://", "redis://user@h", "[::1"})
    EXPECT_TRUE(Address::parse(wrong).has_error()) << wrong;
}

}  // namespace
}  // namespace zhida::redis
