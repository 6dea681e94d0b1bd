#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace zhida::effect_service::verify {

/// One value that is not what the log says.
struct Difference {
  int partition = 0;
  std::string key;       ///< in Redis, behind the generation
  std::string what;      ///< in words: which campaign, item, enterprise, measure
  std::string expected;  ///< by the log; empty = nothing
  std::string served;    ///< by Redis; empty = nothing
};

/// The first hundred differences, and how many there are.
class Differences {
 public:
  static constexpr std::size_t most_kept = 100;

  void add(Difference difference) {
    ++count_;
    if (kept_.size() < most_kept) kept_.push_back(std::move(difference));
  }
  void add(Differences more) {
    count_ += more.count_ - more.kept_.size();
    for (Difference& difference : more.kept_) add(std::move(difference));
  }

  std::uint64_t count() const { return count_; }
  const std::vector<Difference>& kept() const { return kept_; }

 private:
  std::uint64_t count_ = 0;
  std::vector<Difference> kept_;
};

}  // namespace zhida::effect_service::verify
