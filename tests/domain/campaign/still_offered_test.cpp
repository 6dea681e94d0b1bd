#include "domain/campaign/still_offered.hpp"

#include <gtest/gtest.h>

namespace zhida::campaign {
namespace {

using delivery::Reason;

TEST(ReasonAgainst, IsTheFirstThatAppliesInOneOrder) {
  const std::vector<AppliedSince> items{{delivery::hash_of("A"), {}}};
  delivery::Ledger has_applied;
  delivery::OutcomeFact fact;
  fact.id = 1;
  fact.item = items.front().item;
  fact.type = delivery::OutcomeType::applied;
  fact.at = domain::Instant(std::chrono::hours(500'000));
  delivery::apply(has_applied, fact);

  const Audience any{EligibleAudience()};
  for (int case_number = 0; case_number < 32; ++case_number) {
    const auto holds = [&](int condition) { return (case_number >> condition & 1) != 0; };
    const bool undisclosed = holds(0), all_withdrawn = holds(1), applied = holds(2), outside = holds(3), meant = holds(4);
    const StillOffered offered{undisclosed, Withdrawal({true, all_withdrawn}, any), items};
    const Reason expected = undisclosed || all_withdrawn ? Reason::item_withdrawn
                            : applied                    ? Reason::already_applied
                            : outside                    ? Reason::ineligible_at_send
                            : meant                      ? Reason::item_withdrawn
                                                         : Reason::none;
    const Reason reason = reason_against(
        offered, applied ? has_applied : delivery::Ledger(), [&] { return !outside; }, [&] { return meant; });
    EXPECT_EQ(reason, expected) << case_number;
  }
  const StillOffered complete{false, Withdrawal({false, false}, any), items};
  EXPECT_EQ(reason_against(
                complete, delivery::Ledger(), [] { return true; }, [] { return true; }),
            Reason::none)
      << "nothing is withdrawn";
}

}  // namespace
}  // namespace zhida::campaign
