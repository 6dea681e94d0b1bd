#include "page/rule_words.hpp"

#include "schemas/files.hpp"
#include "stores/reference/reference_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zhida::page {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(const std::string& rule) {
  static const auto reference =
      stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  const matching::CompiledRule compiled = matching::Rule::compile(reference.language, rule);
  EXPECT_TRUE(static_cast<bool>(compiled)) << rule;
  return compiled ? certain_conditions(*compiled.rule) : std::vector<std::string>();
}

TEST(RuleWords, SayWhatIsComparedWithItsLimit) {
  EXPECT_THAT(words(R"(p.size_class == "small")"), ElementsAre("统计划型为小型"));
  EXPECT_THAT(words("p.employees <= 300"), ElementsAre("职工人数不超过300人"));
  EXPECT_THAT(words("300 < p.employees"), ElementsAre("职工人数超过300人"));
  EXPECT_THAT(words("p.legal_person"), ElementsAre("独立法人"));
  EXPECT_THAT(words("!p.is_branch"), ElementsAre("非分支机构"));
}

TEST(RuleWords, NameOnlyWhatEveryWayToTrueNeeds) {
  EXPECT_THAT(words(R"(p.legal_person && (p.employees < 10 || p.size_class == "small"))"), ElementsAre("独立法人"));
  EXPECT_THAT(words(R"(p.legal_person || p.size_class == "small")"), IsEmpty());
  EXPECT_THAT(words("!(p.is_branch || p.employees > 5)"), ElementsAre("非分支机构", "职工人数不超过5人"));
}

TEST(RuleWords, LeaveOutWhatHasNoShortForm) {
  EXPECT_THAT(words("years_since(p.established, asof) >= 3 && p.legal_person"), ElementsAre("独立法人"));
  EXPECT_THAT(words("true"), IsEmpty());
}

}  // namespace
}  // namespace zhida::page
