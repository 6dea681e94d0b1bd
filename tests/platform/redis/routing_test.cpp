#include "platform/redis/routing.hpp"

#include "platform/redis/servers.hpp"
#include "platform/redis/slot_map.hpp"

#include <gtest/gtest.h>

#include <string>

namespace zhida::redis {
namespace {

TEST(RedisRouting, GoesByTheFirstKey) {
  Commands commands;
  commands.add("HGET", "a{7}", "field").add("evalsha", "sha", "2", "b{7}", "c{7}", "x").add("EVALSHA", "sha", "0").add("PING");
  commands.add("SCAN", "0", "match", "zhida:\\{7\\}:deliveries:*", "COUNT", "9")
      .add("KEYS", "zhida:{7}:*")
      .add("SCRIPT", "LOAD", "return 1");
  const std::vector<Routed> units = route(commands);
  ASSERT_EQ(units.size(), 7U);
  for (const std::size_t at : {0U, 1U, 4U, 5U}) {
    EXPECT_EQ(units[at].to, Routed::To::slot) << at;
    EXPECT_EQ(units[at].slot, slot_of("7")) << at;
  }
  EXPECT_EQ(units[2].to, Routed::To::any);
  EXPECT_EQ(units[3].to, Routed::To::any);
  EXPECT_EQ(units[6].to, Routed::To::every);
  EXPECT_TRUE(units[0].only_reads);
  EXPECT_FALSE(units[1].only_reads);
}

TEST(RedisRouting, KeepsATransactionTogether) {
  Commands commands;
  commands.add("MULTI").add("HGETALL", "a{7}").add("HMGET", "b{7}", "f").add("EXEC").add("HMGET", "b{7}", "f");
  commands.add("MULTI").add("HSET", "b{7}", "f", "v").add("EXEC");
  const std::vector<Routed> units = route(commands);
  ASSERT_EQ(units.size(), 3U);
  EXPECT_EQ(units[0].count, 4U);
  EXPECT_EQ(units[0].slot, slot_of("7"));
  EXPECT_TRUE(units[0].only_reads);
  EXPECT_EQ(units[1].first, 4U);
  EXPECT_EQ(units[2].count, 3U);
  EXPECT_FALSE(units[2].only_reads);
}

Reply integer(std::int64_t number) {
  Reply reply;
  reply.kind = Reply::Kind::integer;
  reply.integer = number;
  return reply;
}
Reply text(std::string of, Reply::Kind kind = Reply::Kind::text) {
  Reply reply;
  reply.kind = kind;
  reply.text = std::move(of);
  return reply;
}
Reply array(std::vector<Reply> items) {
  Reply reply;
  reply.kind = Reply::Kind::array;
  reply.items = std::move(items);
  return reply;
}
Reply server(std::string host, std::int64_t port) { return array({text(std::move(host)), integer(port), text("id")}); }

TEST(RedisSlotMap, IsReadFromClusterSlots) {
  const Reply reply = array({array({integer(0), integer(8191), server("10.0.0.1", 7000), server("10.0.0.4", 7003)}),
                             array({integer(8192), integer(16382), server("", 7001)})});
  std::optional<SlotMap> map = SlotMap::parse(reply, "10.0.0.9");
  ASSERT_TRUE(map);
  EXPECT_EQ(*map->owner(8191), (Endpoint{"10.0.0.1", 7000}));
  EXPECT_EQ(*map->owner(8192), (Endpoint{"10.0.0.9", 7001})) << "a server without a name is where it was asked";
  EXPECT_EQ(map->owner(16383), nullptr);
  EXPECT_FALSE(map->complete());
  EXPECT_EQ(map->replicas(), (std::vector<Endpoint>{{"10.0.0.4", 7003}}));
  const SlotMap before = *map;
  map->assign(16383, {"10.0.0.1", 7000});
  EXPECT_TRUE(map->complete());
  EXPECT_FALSE(map->serves_like(before));
  EXPECT_EQ(map->masters().size(), 2U);
}

TEST(RedisSlotMap, RefusesWhatIsNone) {
  EXPECT_FALSE(SlotMap::parse(text("ERR This instance has cluster support disabled", Reply::Kind::error), "h"));
  EXPECT_FALSE(SlotMap::parse(array({array({integer(0), integer(16384), server("h", 1)})}), "h"));
  EXPECT_FALSE(SlotMap::parse(array({array({integer(5), integer(4), server("h", 1)})}), "h"));
  EXPECT_FALSE(SlotMap::parse(array({array({integer(0), integer(4), server("h", 65'536)})}), "h"));
  EXPECT_FALSE(SlotMap::parse(array({array({integer(0), integer(4)})}), "h"));
}

TEST(RedisRedirection, IsReadFromTheError) {
  const auto moved = Redirection::parse(text("MOVED 3999 127.0.0.1:6381", Reply::Kind::error), "h");
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->kind, Redirection::Kind::moved);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->endpoint, (Endpoint{"127.0.0.1", 6381}));
  const auto ask = Redirection::parse(text("ASK 1 ::1:6381", Reply::Kind::error), "h");
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->kind, Redirection::Kind::ask);
  EXPECT_EQ(ask->endpoint, (Endpoint{"::1", 6381}));
  EXPECT_EQ(Redirection::parse(text("MOVED 1 :6381", Reply::Kind::error), "h")->endpoint, (Endpoint{"h", 6381}));
  for (const char* bad : {"ERR MOVED", "MOVED", "MOVED 1", "MOVED x h:1", "MOVED 16384 h:1", "MOVED 1 h", "MOVED 1 h:x"})
    EXPECT_FALSE(Redirection::parse(text(bad, Reply::Kind::error), "h")) << bad;
}

TEST(RedisServers, AreReadFromASetting) {
  const auto one = Servers::parse("redis://user:secret@10.0.0.1:7000");
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->cluster);
  EXPECT_EQ(one->addresses.at(0).port, 7000);
  const auto several = Servers::parse("redis+cluster://user:s@cret@10.0.0.1:7000,[::1]:7001,10.0.0.3/");
  ASSERT_TRUE(several);
  EXPECT_TRUE(several->cluster);
  ASSERT_EQ(several->addresses.size(), 3U);
  EXPECT_EQ(several->addresses[1].host, "::1");
  EXPECT_EQ(several->addresses[1].port, 7001);
  EXPECT_EQ(several->addresses[2].port, 6379);
  for (const Address& each : several->addresses) {
    EXPECT_EQ(each.user, "user");
    EXPECT_EQ(each.password, "s@cret");
  }
  EXPECT_EQ(Servers::parse("redis+cluster://h:1").value().addresses.at(0).password, "");
  for (const char* bad : {"", "redis+cluster://", "redis+cluster://h:1,", "redis+cluster://,h:1", "redis+cluster://h:0",
                          "redis+cluster://u@h:1", "redis+cluster://h:1,h:x", "redis+cluster:///tmp/socket"})
    EXPECT_FALSE(Servers::parse(bad)) << bad;
}

}  // namespace
}  // namespace zhida::redis
