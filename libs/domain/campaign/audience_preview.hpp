#pragma once

#include "domain/campaign/audience_masks.hpp"
#include "domain/campaign/compiled_audience.hpp"
#include "domain/campaign/tallies.hpp"
#include "domain/enterprise/uscc.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace zhida::campaign {

/// The enterprise of a profile of the block in hand.
using NameOfBit = std::function<enterprise::Uscc(std::size_t bit)>;

/// A few of many enterprises: those with the lowest hashes, so that the same are taken whatever the order they come in.
class EnterpriseSample {
 public:
  explicit EnterpriseSample(std::size_t most) : most_(most) {}
  void offer(const enterprise::Uscc& uscc);
  void offer(const matching::engine::Mask& enterprises, const NameOfBit& name);
  std::vector<enterprise::Uscc> sorted() const;

 private:
  std::size_t most_;
  std::vector<std::pair<std::uint64_t, enterprise::Uscc>> lowest_;  // a heap, the highest first
};

/// What a rule would select: fed with the enterprises of one block after the other.
class RulePreview {
 public:
  struct Options {
    domain::Date date{};
    bool near = false;       ///< also count those that are one condition short
    std::size_t sample = 0;  ///< how many eligible enterprises to name
  };
  using Near = RuleTally::Near;

  RulePreview(matching::Rule rule, Options options) : rule_(std::move(rule)), options_(options), sample_(options.sample) {}

  /// Adds those of a block that are in `within`, of whom the verdicts are known; `subject` is asked for who might be near. `may_be_near`
  /// leaves out some who are not.
  void add(const matching::engine::BlockVerdicts& verdicts, const matching::engine::Mask& within, const matching::engine::Mask& may_be_near,
           const NameOfBit& name, const std::function<policy::Subject(std::size_t bit)>& subject);

  std::uint64_t eligible() const { return count(policy::Verdict::eligible); }
  /// Missing facts, or a rule that fails at run time.
  std::uint64_t unknown() const { return count(policy::Verdict::unknown) + count(policy::Verdict::manual); }
  std::uint64_t ineligible() const { return count(policy::Verdict::ineligible); }
  /// Most frequent first.
  std::vector<Near> near() const;
  std::vector<enterprise::Uscc> sample() const { return sample_.sorted(); }
  /// All of it, but for the time it took.
  RuleTally tally() const { return {counts_, near(), sample(), {}}; }

 private:
  std::uint64_t count(policy::Verdict verdict) const { return counts_[static_cast<std::size_t>(verdict)]; }
  std::optional<std::uint32_t> lacking(const policy::Subject& subject);

  matching::Rule rule_;
  Options options_;
  VerdictCounts counts_{};
  EnterpriseSample sample_;
  std::unordered_map<std::uint32_t, std::uint64_t> near_;                            // by leaf
  std::unordered_map<std::string, std::optional<std::uint32_t>> lacking_by_states_;  // states of all leaves → the one that lacks
  std::string states_;
  cel::Arena arena_;
};

/// Whom a campaign would reach if it were launched now: its impact. Fed block by block, or enterprise by enterprise.
class AudiencePreview {
 public:
  AudiencePreview(CompiledAudience audience, domain::Date date, std::size_t sample)
      : audience_(std::move(audience)), date_(date), sample_(sample), verdicts_(audience_.items().size()) {}

  void add(const enterprise::Uscc& uscc, const policy::Subject& subject);
  /// The same for those of a block that are in `within`; `masks` are this audience's.
  void add(AudienceMasks& masks, std::size_t block, const matching::engine::Mask& within, const NameOfBit& name);

  std::uint64_t audience() const { return count_; }
  /// Of the audience, by item of the package and policy::Verdict.
  const std::vector<VerdictCounts>& verdicts() const { return verdicts_; }
  std::vector<enterprise::Uscc> sample() const { return sample_.sorted(); }

 private:
  CompiledAudience audience_;
  domain::Date date_;
  EnterpriseSample sample_;
  std::uint64_t count_ = 0;
  std::vector<VerdictCounts> verdicts_;
  CompiledAudience::Work work_;
};

}  // namespace zhida::campaign
