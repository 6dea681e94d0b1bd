#pragma once

#include "domain/campaign/compiled_audience.hpp"
#include "domain/enterprise/uscc.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace zhida::campaign {

/// A few of many enterprises: those with the lowest hashes, so that the same are taken whatever the order they come in.
class EnterpriseSample {
 public:
  explicit EnterpriseSample(std::size_t most) : most_(most) {}
  void offer(const enterprise::Uscc& uscc);
  std::vector<enterprise::Uscc> sorted() const;

 private:
  std::size_t most_;
  std::vector<std::pair<std::uint64_t, enterprise::Uscc>> lowest_;  // a heap, the highest first
};

/// What a rule would select: fed enterprise by enterprise, in pieces as small as the caller likes.
class RulePreview {
 public:
  struct Options {
    domain::Date date{};
    bool near = false;       ///< also count those that are one condition short
    std::size_t sample = 0;  ///< how many eligible enterprises to name
  };
  /// A condition, as CEL, and how many enterprises lack this one only.
  struct Near {
    std::string leaf;
    std::uint64_t count = 0;
  };

  RulePreview(matching::Rule rule, Options options) : rule_(std::move(rule)), options_(options), sample_(options.sample) {}

  void add(const enterprise::Uscc& uscc, const policy::Subject& subject);

  std::uint64_t eligible() const { return count(policy::Verdict::eligible); }
  /// Missing facts, or a rule that fails at run time.
  std::uint64_t unknown() const { return count(policy::Verdict::unknown) + count(policy::Verdict::manual); }
  std::uint64_t ineligible() const { return count(policy::Verdict::ineligible); }
  /// Most frequent first.
  std::vector<Near> near() const;
  std::vector<enterprise::Uscc> sample() const { return sample_.sorted(); }

 private:
  std::uint64_t count(policy::Verdict verdict) const { return counts_[static_cast<std::size_t>(verdict)]; }
  std::optional<std::uint32_t> lacking(const policy::Subject& subject);

  matching::Rule rule_;
  Options options_;
  std::array<std::uint64_t, 4> counts_{};
  EnterpriseSample sample_;
  std::unordered_map<std::uint32_t, std::uint64_t> near_;                            // by leaf
  std::unordered_map<std::string, std::optional<std::uint32_t>> lacking_by_states_;  // states of all leaves → the one that lacks
  std::string states_;
  cel::Arena arena_;
};

/// Whom a campaign would reach if it were launched now: its impact. Fed like RulePreview.
class AudiencePreview {
 public:
  AudiencePreview(CompiledAudience audience, domain::Date date, std::size_t sample)
      : audience_(std::move(audience)), date_(date), sample_(sample), verdicts_(audience_.items().size()) {}

  void add(const enterprise::Uscc& uscc, const policy::Subject& subject);

  std::uint64_t audience() const { return count_; }
  /// Of the audience, by item of the package and policy::Verdict.
  const std::vector<std::array<std::uint64_t, 4>>& verdicts() const { return verdicts_; }
  std::vector<enterprise::Uscc> sample() const { return sample_.sorted(); }

 private:
  CompiledAudience audience_;
  domain::Date date_;
  EnterpriseSample sample_;
  std::uint64_t count_ = 0;
  std::vector<std::array<std::uint64_t, 4>> verdicts_;
  CompiledAudience::Work work_;
};

}  // namespace zhida::campaign
