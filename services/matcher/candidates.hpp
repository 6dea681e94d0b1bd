#pragma once

#include "contracts/intents/intents_decided.hpp"
#include "domain/campaign/compiled_audience.hpp"
#include "domain/enterprise/industry_tree.hpp"
#include "matching/dictionary.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::matcher {

/// Reads from an enterprise's slots what goes into its intent beside the verdicts.
class Evidence {
 public:
  /// Both must outlive it. Attributes the dictionary lacks stay unknown facets.
  Evidence(const matching::Dictionary& dictionary, const enterprise::IndustryTree& industries);

  /// Views into the slots' values.
  contracts::Facets facets(std::span<const cel::Value> slots) const;

  /// Appends a JSON object: attribute → value, of those `read` that are known.
  void append_values(std::string& out, std::span<const cel::Value> slots, std::span<const std::uint32_t> read) const;

  /// The slots that are looked at beside those `read`, ascending, all of them once.
  std::vector<std::uint32_t> slots_with(std::span<const std::uint32_t> read) const;

 private:
  const enterprise::IndustryTree& industries_;
  std::optional<std::uint32_t> size_class_, industry_, street_, park_, building_, legal_form_;
  std::vector<std::string> keys_;  // by slot: the attribute's name as the key of a JSON member
};

/// Enterprises found to be in an audience, each with its evidence of that moment, waiting to become a block.
class Candidates {
 public:
  /// `items`: what is decided about the package's items. The facets' views must live as long as this.
  void add(const enterprise::Uscc& uscc, std::span<const policy::ItemDecision> items, const contracts::Facets& facets);
  /// Where the values of the one added last are to be appended.
  std::string& values() { return values_; }
  std::size_t evidence_bytes() const { return values_.size(); }

  std::size_t size() const { return usccs_.size(); }
  bool empty() const { return usccs_.empty(); }
  const std::vector<enterprise::Uscc>& usccs() const { return usccs_; }
  /// What is decided about the package's items for one of them.
  std::span<const delivery::ItemDecision> items(std::size_t index) const;

  void write(std::size_t index, delivery::State state, delivery::Reason reason, contracts::IntentsWriter& block) const;
  void clear();

 private:
  std::vector<enterprise::Uscc> usccs_;
  std::vector<contracts::Facets> facets_;
  std::vector<delivery::ItemDecision> decisions_;  // of all, item by item
  std::vector<std::size_t> values_begin_;
  std::string values_;
};

}  // namespace zhida::matcher
