#pragma once

#include "domain/enterprise/uscc.hpp"
#include "domain/field_error.hpp"
#include "domain/policy/check.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace zhida::campaign {

struct Audience;

/// The enterprises for which the rule is true; the verdicts of the items do not filter.
struct RuleAudience {
  std::string rule;  ///< CEL
  friend bool operator==(const RuleAudience&, const RuleAudience&) = default;
};

enum class Quantifier : std::uint8_t { any, all };

/// The enterprises for which any or all items of the package with an open window have one of these verdicts.
struct EligibleAudience {
  Quantifier quantifier = Quantifier::any;
  std::vector<policy::Verdict> verdicts{policy::Verdict::eligible, policy::Verdict::manual};
  friend bool operator==(const EligibleAudience&, const EligibleAudience&) = default;
};

/// These enterprises, sorted and each once; shared, because it may be long.
struct ListAudience {
  std::shared_ptr<const std::vector<enterprise::Uscc>> enterprises;
  explicit ListAudience(std::vector<enterprise::Uscc> list = {});
  friend bool operator==(const ListAudience& a, const ListAudience& b) { return *a.enterprises == *b.enterprises; }
};

/// The enterprises that are in every part.
struct JoinedAudience {
  std::vector<Audience> parts;
  friend bool operator==(const JoinedAudience&, const JoinedAudience&);
};

/// Who a campaign is for. Whatever is unknown about an enterprise, it is never in because of it.
struct Audience {
  std::variant<RuleAudience, EligibleAudience, ListAudience, JoinedAudience> form;
  friend bool operator==(const Audience&, const Audience&) = default;
};

inline bool operator==(const JoinedAudience& a, const JoinedAudience& b) { return a.parts == b.parts; }

/// What the evaluator asks about one enterprise.
struct AudienceFacts {
  const enterprise::Uscc& uscc;
  /// By the package's items, in order.
  std::span<const policy::ItemDecision> items;
  /// Whether the rule is true; by position among `rules_of(audience)`. Unknown and failed are not true.
  const std::function<bool(std::size_t rule)>& holds;
};

bool in_audience(const Audience& audience, const AudienceFacts& facts);

/// The rules in the audience, in reading order: what has to be compiled before it can be evaluated.
std::vector<std::string> rules_of(const Audience& audience);

/// Whether verdicts of the package's items are needed: then only are they worth computing before.
bool needs_items(const Audience& audience);

/// The verdicts by which an item puts an enterprise into the audience; eligible and manual where it does not ask for verdicts.
std::vector<policy::Verdict> wanted_verdicts(const Audience& audience);

/// If every enterprise of the audience is in one list, the shortest such list, else nothing: then all profiles must be looked at.
std::shared_ptr<const std::vector<enterprise::Uscc>> listed_in(const Audience& audience);

inline constexpr std::size_t most_listed = 200'000;
inline constexpr int deepest_audience = 8;

/// At `pointer`: empty rules, lists that are empty or too long, verdicts other than eligible and manual, nothing joined, too deep.
void validate(const Audience& audience, const std::string& pointer, domain::FieldErrors& errors);

}  // namespace zhida::campaign

template <>
struct zhida::domain::EnumNames<zhida::campaign::Quantifier> {
  static constexpr std::array<std::string_view, 2> names{"any", "all"};
};
