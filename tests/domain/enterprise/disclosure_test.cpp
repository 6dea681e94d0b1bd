#include "domain/enterprise/disclosure.hpp"

#include "matching/support.hpp"

#include <gtest/gtest.h>

namespace zhida::enterprise {
namespace {

using matching::Sensitivity;

TEST(Disclosure, GivesSensitiveValuesToThoseTheyBelongToAndThoseWhoJudge) {
  for (const char* role : {"data_centre", "page", "auditor", "admin"}) EXPECT_TRUE(may_read(Sensitivity::sensitive, role)) << role;
  for (const char* role : {"operator", "approver", "analyst", "", "anything else"})
    EXPECT_FALSE(may_read(Sensitivity::sensitive, role)) << role;
  for (const char* role : {"data_centre", "operator", "analyst"}) {
    EXPECT_TRUE(may_read(Sensitivity::internal, role)) << role;
    EXPECT_TRUE(may_read(Sensitivity::public_, role)) << role;
  }
}

TEST(Disclosure, HidesWhatTheDictionaryDoesNotKnow) {
  const matching::Dictionary& dictionary = *matching::test::dictionary();
  EXPECT_FALSE(Disclosure(dictionary, "operator").shows("never_heard_of"));
  EXPECT_TRUE(Disclosure(dictionary, "auditor").shows("never_heard_of"));
}

}  // namespace
}  // namespace zhida::enterprise
