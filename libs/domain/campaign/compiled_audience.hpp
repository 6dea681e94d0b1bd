#pragma once

#include "domain/campaign/audience.hpp"
#include "domain/policy/check.hpp"
#include "matching/language.hpp"
#include "matching/rule.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace zhida::campaign {

/// The items of a package as pinned, in its order.
using PackageItems = std::vector<std::shared_ptr<const policy::CompiledItem>>;

/// An audience and the items it speaks of, ready to be decided enterprise by enterprise: what deciding a campaign, looking again
/// before sending and previews have in common. Immutable; usable from several threads, each with its own `Work`.
class CompiledAudience {
 public:
  /// A rule of the audience that does not compile.
  struct Mistake {
    std::size_t rule = 0;  ///< position among `rules_of(audience)`
    std::vector<cel::Diagnostic> diagnostics;
  };
  struct Compiled;

  /// Memory that one enterprise leaves to the next.
  struct Work {
    cel::Arena arena;
    std::vector<policy::ItemDecision> items;
  };

  static Compiled compile(const std::shared_ptr<const matching::Language>& language, Audience audience, PackageItems items);

  /// Whether the enterprise is in the audience on `date`. If it is, `work.items` holds what is decided about each item, in order;
  /// otherwise its content is unspecified. Whatever is unknown never lets an enterprise in.
  bool contains(const enterprise::Uscc& uscc, const policy::Subject& subject, domain::Date date, Work& work) const;

  const Audience& audience() const { return audience_; }
  /// Those of `rules_of`, in their order.
  std::span<const matching::Rule> rules() const { return rules_; }
  const PackageItems& items() const { return items_; }

  /// Slots of every attribute that rules and formulas read, ascending: the evidence of a decision.
  std::span<const std::uint32_t> slots() const { return slots_; }

  /// If only these enterprises can be in the audience, they, sorted; null: all must be looked at.
  const std::shared_ptr<const std::vector<enterprise::Uscc>>& listed() const { return listed_; }

 private:
  CompiledAudience(Audience audience, std::vector<matching::Rule> rules, PackageItems items);
  void decide_items(const policy::Subject& subject, domain::Date date, Work& work) const;

  Audience audience_;
  std::vector<matching::Rule> rules_;
  PackageItems items_;
  std::vector<std::uint32_t> slots_;
  std::shared_ptr<const std::vector<enterprise::Uscc>> listed_;
  bool needs_items_ = false;
};

/// An audience, or which of its rules are wrong.
struct CompiledAudience::Compiled {
  std::optional<CompiledAudience> audience;
  std::vector<Mistake> mistakes;  ///< empty exactly when there is an audience
};

}  // namespace zhida::campaign
