#include "standalone/sample/generator.hpp"

#include "contracts/profiles/profile_line.hpp"
#include "schemas/files.hpp"
#include "stores/reference/reference_data.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>

namespace zhida::standalone {
namespace {

using contracts::AttributeStatement;
using contracts::ProfileLine;

constexpr domain::Date today{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)};

const stores::ReferenceData& reference() {
  static const stores::ReferenceData data =
      stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  return data;
}

const AttributeStatement* find(const ProfileLine& line, std::string_view name) {
  for (const AttributeStatement& statement : line.attributes)
    if (statement.name == name) return &statement;
  return nullptr;
}

/// Hands lines of a sample to `look`, read as the data centre's route reads them.
template <class Look>
void for_each_line(std::uint64_t seed, std::uint64_t count, Look look) {
  const SampleGenerator generator(*reference().industries, seed);
  contracts::ProfileLineReader reader;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string text;
    generator.append_line(i, text);
    ASSERT_EQ(text.back(), '\n');
    text.pop_back();
    const ProfileLine* line = reader.read(text, today);
    ASSERT_NE(line, nullptr) << text;
    look(i, *line);
  }
}

TEST(SampleGenerator, MakesOnlyWhatTheRouteTakes) {
  const matching::Dictionary& dictionary = *reference().dictionary;
  for (const std::uint64_t seed : {0U, 42U, 7'777U}) {
    const SampleGenerator generator(*reference().industries, seed);
    cel::Arena arena;
    std::set<std::string> codes;
    for_each_line(seed, 3'000, [&](std::uint64_t i, const ProfileLine& line) {
      ASSERT_TRUE(line.uscc);
      EXPECT_EQ(*line.uscc, generator.uscc(i));
      EXPECT_TRUE(codes.insert(std::string(line.uscc->text())).second) << "a code stands twice";
      EXPECT_TRUE(line.uscc->text().substr(2).starts_with("310117"));
      for (const AttributeStatement& statement : line.attributes) {
        const matching::Attribute* attribute = dictionary.find(statement.name);
        ASSERT_NE(attribute, nullptr) << statement.name;
        arena.reset();
        const matching::Reading reading = dictionary.read(*attribute, statement.value, arena);
        EXPECT_FALSE(reading.mistake) << reading.mistake->message_en;
      }
    });
  }
}

TEST(SampleGenerator, MakesTheSameFromTheSameSeedAndOthersFromAnother) {
  const SampleGenerator once(*reference().industries, 42), again(*reference().industries, 42), other(*reference().industries, 43);
  std::string first, second, third;
  for (std::uint64_t i = 0; i < 200; ++i) {
    once.append_line(i, first);
    again.append_line(i, second);
    other.append_line(i, third);
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first, third);
}

TEST(SampleGenerator, MakesFactsThatFitTogether) {
  for_each_line(42, 5'000, [&](std::uint64_t, const ProfileLine& line) {
    const AttributeStatement* staff = find(line, "employees");
    const AttributeStatement* insured = find(line, "insured_employees");
    if (staff != nullptr && insured != nullptr) {
      EXPECT_LE(insured->value.integer, staff->value.integer);
    }
    const AttributeStatement* industry = find(line, "industry");
    if (industry != nullptr) {
      EXPECT_TRUE(reference().industries->exists(industry->value.text)) << industry->value.text;
    }
  });
}

TEST(SampleGenerator, LeavesRealisticGapsAndKeepsItsShares) {
  constexpr std::uint64_t count = 20'000;
  std::map<std::string, int, std::less<>> given, forms;
  for_each_line(42, count, [&](std::uint64_t, const ProfileLine& line) {
    for (const AttributeStatement& statement : line.attributes) ++given[std::string(statement.name)];
    if (const AttributeStatement* form = find(line, "org_form")) ++forms[std::string(form->value.text)];
  });
  EXPECT_NEAR(forms["company"] / static_cast<double>(count), 0.80, 0.02);
  EXPECT_NEAR(forms["individual"] / static_cast<double>(count), 0.13, 0.02);
  const auto whole = std::ranges::count_if(given, [&](const auto& each) { return each.second == count; });
  const auto partial =
      std::ranges::count_if(given, [&](const auto& each) { return each.second > 0 && each.second < static_cast<int>(count) * 9 / 10; });
  EXPECT_LT(whole, 40) << "registers do not know everything about everybody";
  EXPECT_GT(partial, 30);
}

}  // namespace
}  // namespace zhida::standalone
