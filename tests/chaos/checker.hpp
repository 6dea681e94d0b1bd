#pragma once

#include "chaos/fold.hpp"
#include "chaos/injector.hpp"
#include "chaos/system.hpp"
#include "chaos/witness.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace zhida::chaos {

/// Judges a system at rest by what stands in the topics, by what it answers, and by what its users were told.
class Checker {
 public:
  Checker(const System& system, const Witness::Told& told, const Injector& injector) : system_(system), told_(told), injector_(injector) {}

  /// Waits until nothing is under way any more; what still is after `limit` is a finding.
  void settle(std::chrono::seconds limit);
  enum class Depth {
    everything,
    sums  ///< what the topics say, and the funnels
  };
  /// Reads and compares; what is wrong, in words. Empty: nothing.
  std::vector<std::string> judge(Depth depth = Depth::everything);

  /// What was looked at, in words.
  std::string summary() const;

 private:
  void find(const std::string& about, const std::string& what);
  void check_audiences();
  void check_states();
  /// Whether what was stopped stayed stopped.
  void check_stops();
  /// Whether what was suppressed had to be, for the reason that is given.
  void check_reasons();
  void check_told();
  void check_dead_letters();
  void check_funnels();
  void check_exports();
  void check_inboxes();
  void check_profiles();
  void timed(const char* what, void (Checker::*check)());
  std::vector<std::string> sample_of_enterprises() const;
  std::optional<test::Answer> get(const std::string& target, const std::string& role) const;

  const System& system_;
  const Witness::Told& told_;
  const Injector& injector_;
  Fold fold_;
  std::map<std::string, int> findings_by_kind_;
  std::vector<std::string> findings_;
  std::vector<std::string> unsettled_;
  std::map<std::string, std::int64_t> withdrawn_;   ///< items, and when, in ms since 1970
  std::map<std::string, std::int64_t> suppressed_;  ///< intents by reason
  std::int64_t conversions_ = 0;
  std::size_t late_deliveries_ = 0;
  Clock::time_point last_;
  std::string times_;
};

}  // namespace zhida::chaos
