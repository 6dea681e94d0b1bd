#pragma once

#include "domain/policy/check.hpp"
#include "matching/engine/engine.hpp"
#include "matching/engine/findings.hpp"
#include "page/checkup/subject.hpp"
#include "page/shelf.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zhida::page {

/// What all offers of a shelf come to for one enterprise.
struct OfferVerdicts {
  std::vector<policy::Verdict> verdicts;              ///< by offer
  std::vector<matching::engine::Question> questions;  ///< those that settle most offers that can be had now or later first
};

/// The rules of all offers in the matching engine, so that one enterprise is decided for all of them at once. Follows the shelf.
class OfferRules {
 public:
  explicit OfferRules(std::shared_ptr<const matching::Language> language);

  /// Each verdict is that of matching::decide.
  OfferVerdicts decide(const std::shared_ptr<const ShelfView>& shelf, const CheckedSubject& subject, domain::Date asof);

  const matching::Dictionary& dictionary() const { return language_->dictionary(); }

  /// Texts in answers are made up as one likes, and the engine never forgets a word: it is made anew once they were this long together.
  static constexpr std::size_t most_answered_bytes = 1U << 20U;

 private:
  struct Known {
    matching::engine::RuleId id = 0;
    std::shared_ptr<const policy::CompiledItem> compiled;
  };

  void follow(const std::shared_ptr<const ShelfView>& shelf);
  void make_anew();

  std::shared_ptr<const matching::Language> language_;
  std::unique_ptr<matching::engine::Engine> engine_;
  std::map<std::string, Known, std::less<>> known_;  ///< by item
  std::vector<std::size_t> offer_of_;                ///< by rule: the place of its offer on the shelf
  std::shared_ptr<const ShelfView> shelf_;           ///< the one followed
  std::size_t replaced_ = 0;                         ///< rules that the engine holds in vain
  std::size_t answered_bytes_ = 0;
};

}  // namespace zhida::page
