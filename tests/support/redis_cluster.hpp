#pragma once

#include "platform/redis/servers.hpp"
#include "platform/redis/slot.hpp"
#include "support/redis_server.hpp"
#include "support/temporary_directory.hpp"

#include <hiredis/hiredis.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace zhida::test {

/// Three masters of a Redis Cluster on loopback, each with a third of the slots, and if wanted a replica of the first.
/// One of them that is killed and started again is empty, but knows which slots are its own.
class RedisCluster {
 public:
  static constexpr std::size_t masters = 3;

  explicit RedisCluster(bool with_replica = false) {
    for (std::size_t i = 0; i < masters + (with_replica ? 1 : 0); ++i) {
      const std::uint16_t bus = RedisServer::free_port();
      buses_.push_back(std::to_string(bus));
      const std::string config = (directory_.path() / (std::to_string(i) + ".conf")).string();
      servers_.push_back(std::make_unique<RedisServer>(std::vector<std::string>{
          "--cluster-enabled", "yes", "--cluster-config-file", config, "--cluster-port", buses_.back(), "--cluster-node-timeout", "1000",
          "--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0", "--dir", directory_.path().string()}));
    }
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      ask(i, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
      if (i < masters) ask(i, {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first_slot(i)), std::to_string(first_slot(i + 1) - 1)});
      if (i > 0) ask(0, {"CLUSTER", "MEET", "127.0.0.1", port(i), buses_[i]});
    }
    await([this] {
      for (std::size_t i = 0; i < servers_.size(); ++i) {
        const std::string info = ask(i, {"CLUSTER", "INFO"});
        const std::string known = "cluster_known_nodes:" + std::to_string(servers_.size());
        for (const std::string& part : {std::string("cluster_state:ok"), std::string("cluster_slots_ok:16384"), known})
          if (info.find(part) == std::string::npos) return false;
      }
      return true;
    });
    if (!with_replica) return;
    ask(masters, {"CLUSTER", "REPLICATE", id(0)});
    await([this] { return ask(masters, {"INFO", "replication"}).find("master_link_status:up") != std::string::npos; });
  }

  RedisServer& server(std::size_t i) { return *servers_.at(i); }

  /// The master that the slot belonged to at first.
  static std::size_t first_owner(redis::Slot slot) {
    std::size_t owner = 0;
    while (slot >= first_slot(owner + 1)) ++owner;
    return owner;
  }

  /// As a program is told of it.
  redis::Servers setting() const {
    redis::Servers all;
    all.cluster = true;
    for (const auto& server : servers_) {
      redis::Address address;
      address.host = "127.0.0.1";
      address.port = server->port();
      all.addresses.push_back(address);
    }
    return all;
  }

  /// Sends one command to one of the servers and waits; the reply as text, elements of an array separated by spaces. Throws on errors.
  std::string ask(std::size_t i, const std::vector<std::string>& words) const {
    const std::unique_ptr<redisContext, void (*)(redisContext*)> context(redisConnect("127.0.0.1", servers_.at(i)->port()), &redisFree);
    if (!context || context->err != 0) throw std::runtime_error("no connection to a server of the cluster");
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    const std::unique_ptr<void, void (*)(void*)> reply(
        redisCommandArgv(context.get(), static_cast<int>(words.size()), texts.data(), sizes.data()), &freeReplyObject);
    if (!reply) throw std::runtime_error("no reply from a server of the cluster");
    return text_of(*static_cast<redisReply*>(reply.get()));
  }

  // The steps of moving a slot, for what happens in between.
  void begin_move(redis::Slot slot, std::size_t from, std::size_t to) const {
    ask(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "IMPORTING", id(from)});
    ask(from, {"CLUSTER", "SETSLOT", std::to_string(slot), "MIGRATING", id(to)});
  }
  /// False when there was nothing left to move.
  bool move_keys(redis::Slot slot, std::size_t from, std::size_t to, int most) const {
    const std::string keys = ask(from, {"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), std::to_string(most)});
    if (keys.empty()) return false;
    std::vector<std::string> words{"MIGRATE", "127.0.0.1", port(to), "", "0", "5000", "KEYS"};
    for (std::size_t begin = 0; begin < keys.size();) {
      const std::size_t end = std::min(keys.find(' ', begin), keys.size());
      words.push_back(keys.substr(begin, end - begin));
      begin = end + 1;
    }
    ask(from, words);
    return true;
  }
  void end_move(redis::Slot slot, std::size_t to) const {
    ask(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id(to)});
    for (std::size_t i = 0; i < masters; ++i)
      if (i != to) ask(i, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id(to)});
  }

 private:
  static std::size_t first_slot(std::size_t master) { return master * redis::slots / masters; }

  std::string port(std::size_t i) const { return std::to_string(servers_[i]->port()); }
  std::string id(std::size_t i) const { return ask(i, {"CLUSTER", "MYID"}); }

  static std::string text_of(const redisReply& reply) {
    if (reply.type == REDIS_REPLY_ERROR) throw std::runtime_error(std::string(reply.str, reply.len));
    if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
    std::string text;
    if (reply.type == REDIS_REPLY_ARRAY)
      for (std::size_t i = 0; i < reply.elements; ++i) {
        if (i != 0) text += ' ';
        text += text_of(*reply.element[i]);
      }
    else if (reply.str != nullptr)
      text.assign(reply.str, reply.len);
    return text;
  }

  template <class Condition>
  static void await(const Condition& condition) {
    for (int attempt = 0; attempt < 1'000; ++attempt) {
      if (condition()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("the cluster did not come together");
  }

  TemporaryDirectory directory_;
  std::vector<std::string> buses_;
  std::vector<std::unique_ptr<RedisServer>> servers_;
};

}  // namespace zhida::test
