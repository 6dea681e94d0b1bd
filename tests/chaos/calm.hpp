#pragma once

#include "chaos/system.hpp"
#include "chaos/traffic.hpp"
#include "chaos/witness.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::chaos {

/// What has a time limit can be measured only where nothing else goes wrong: when the faults are over and traffic goes on, one service
/// after another is killed, and campaigns are paused, resumed, cancelled and expire.
class Calm {
 public:
  Calm(System& system, Traffic& traffic, std::uint64_t seed) : system_(system), traffic_(traffic), random_(seed + 41) {}

  /// kill -9 of `count` processes one after another, each service in its turn. A campaign through all partitions has to be launched,
  /// decided, delivered, counted and readable in the inbox within `limit` of the kill.
  void kill_in_turn(int count, std::chrono::seconds limit);
  /// While nothing is sent because no dispatcher lives: one campaign is paused, one cancelled, one expires. What follows has to be done
  /// within `limit`: of the resumption, the cancellation, the end, or of the moment from which anything can be sent again.
  void stop_and_go(std::chrono::seconds limit);

  /// What took too long, in words.
  const std::vector<std::string>& findings() const { return findings_; }
  /// What was measured, in words.
  std::vector<std::string> measured() const;
  int kills() const { return kills_; }

 private:
  using States = std::map<std::string, std::int64_t>;

  /// When `condition` became true, counted from `since`; nothing if it did not within `patience`.
  template <class Condition>
  std::optional<std::chrono::milliseconds> took(Clock::time_point since, std::chrono::seconds patience, Condition condition) const;
  void note(const std::string& what, std::optional<std::chrono::milliseconds> took, std::chrono::seconds limit);
  bool kill(const std::string& process);
  bool all_live() const;
  void rest_until_all_live() const;
  std::vector<std::string> some(std::size_t count);
  /// How many intents of the campaign there are by state, as the funnel says; nothing without an answer.
  std::optional<States> states(const std::string& campaign) const;
  /// All `count` are in closed states.
  bool is_done(const std::string& campaign, std::size_t count) const;
  bool is_readable(const std::string& campaign, const std::vector<std::string>& usccs) const;

  System& system_;
  Traffic& traffic_;
  std::mt19937_64 random_;
  std::map<std::string, std::vector<std::chrono::milliseconds>> measured_;
  std::vector<std::string> findings_;
  int kills_ = 0;
};

}  // namespace zhida::chaos
