#pragma once

#include "bench/matching/workload.hpp"
#include "matching/rule.hpp"

#include <memory>
#include <string>
#include <vector>

namespace zhida::bench {

/// The language in which the workload's rules are written: words are `w0`, `w1`, …, codes four digits, dates timestamps.
std::shared_ptr<const matching::Language> make_language(const std::vector<Attribute>& attributes);

/// A rule as CEL.
std::string to_cel(const Rule& rule, const Rules& rules, const std::vector<Attribute>& attributes);

/// A profile as values by slot. What `fill` gives lives until it is called again.
class Slots {
 public:
  explicit Slots(const std::vector<Attribute>& attributes);
  std::span<const cel::Value> fill(const Profiles& profiles, std::size_t profile);

 private:
  const std::vector<Attribute>& attributes_;
  std::vector<std::string> words_, codes_;
  std::vector<cel::Value> slots_;
  std::vector<std::vector<cel::Value>> lists_;
};

}  // namespace zhida::bench
