#pragma once

#include "chaos/topics.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>

namespace zhida::chaos {

/// Appends what nobody should: records once more and out of order, and records that nobody can use.
class Injector {
 public:
  Injector(const std::string& brokers, std::uint64_t seed) : topics_(brokers), random_(seed + 21) {}
  ~Injector() { stop(); }

  /// In half an hour 1,300 doubles and 500 poison records; a shorter run has its share.
  void start(double minutes);
  void stop();

  /// One record of a random topic and partition, again, or with what cannot be read in it.
  void double_some();
  void poison();

  int doubled() const { return doubled_; }
  /// Ids of the dead letters that there must be, and what is no record at all.
  std::set<std::string> poisoned() const;
  std::set<Place> unusable() const;
  /// A copy of an intents' block, as if it had been decided under another id. False if there is none yet.
  bool decide_again();

 private:
  std::vector<Raw> some_records(const std::vector<std::string>& from, std::size_t count);

  Topics topics_;
  std::mt19937_64 random_;
  std::atomic<bool> running_{false};
  std::atomic<int> doubled_{0};
  mutable std::mutex mutex_;
  std::set<std::string> poisoned_;
  std::set<Place> unusable_, touched_;
  std::thread thread_;
};

}  // namespace zhida::chaos
