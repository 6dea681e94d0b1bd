#include "domain/enterprise/uscc.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace zhida::enterprise {
namespace {

Uscc any_uscc() {
  const auto digits = *rc::gen::container<std::string>(17, rc::gen::elementOf(std::string(Uscc::alphabet)));
  return *Uscc::make(digits);
}

TEST(Uscc, AcceptsCodesInUse) {
  // Public registers: Tencent, Huawei, Alibaba (China), Peking University.
  for (const char* code : {"9144030071526726XG", "914403001922038216", "91330100799655058B", "12100000400002259P"}) {
    const auto uscc = Uscc::parse(code);
    ASSERT_TRUE(uscc) << code;
    EXPECT_EQ(uscc->text(), code);
    EXPECT_TRUE(uscc->organisation_code_checks()) << code;
  }
}

TEST(Uscc, RefusesOtherText) {
  for (const char* code : {"", "9144030071526726X", "9144030071526726XG0", "9144030071526726XH", "9144030071526726xg", "914403007152672IXG",
                           "91440300715267 6XG", "9144030071526726X企"}) {
    EXPECT_FALSE(Uscc::parse(code)) << code;
  }
  EXPECT_EQ(uscc_error("914403007", "/uscc").code, "uscc_length");
  EXPECT_EQ(uscc_error("914403007152672IXG", "/uscc").code, "uscc_alphabet");
  EXPECT_EQ(uscc_error("9144030071526726XH", "/uscc").code, "uscc_check");
}

TEST(Uscc, RefusesPackedBytesThatAreNoCode) {
  EXPECT_FALSE(Uscc::unpack(std::string(11, '\xFF')));
  EXPECT_FALSE(Uscc::unpack(std::string(10, '\0')));
}

RC_GTEST_PROP(Uscc, PacksInElevenBytesThatSortLikeTheText, ()) {
  const Uscc a = any_uscc(), b = any_uscc();
  const auto bytes = [](const Uscc& uscc) {
    const auto packed = uscc.pack();
    return std::string(packed.begin(), packed.end());
  };
  RC_ASSERT(Uscc::unpack(bytes(a)) == a);
  RC_ASSERT(Uscc::parse(a.text()) == a);
  RC_ASSERT((a.text() < b.text()) == (a.pack() < b.pack()));
}

RC_GTEST_PROP(Uscc, NoticesAnyOneWrongCharacter, ()) {
  const Uscc uscc = any_uscc();
  std::string text(uscc.text());
  const auto at = *rc::gen::inRange<std::size_t>(0, Uscc::size);
  const char other = *rc::gen::elementOf(std::string(Uscc::alphabet));
  RC_PRE(text[at] != other);
  text[at] = other;
  RC_ASSERT(!Uscc::parse(text));
}

TEST(Partition, IsTheSameForEver) {
  // These numbers place data that lies on disks: they must never change.
  EXPECT_EQ(hash_of(*Uscc::parse("9144030071526726XG")), 4643890632615561496U);
  EXPECT_EQ(partition_of(*Uscc::parse("9144030071526726XG"), 4), 0);
}

TEST(Partition, SpreadsEnterprisesEvenly) {
  std::array<int, 4> counts{};
  for (int i = 0; i < 4000; ++i) {
    std::string digits = "91310117MA1J00000";
    for (std::size_t at = 16, rest = static_cast<std::size_t>(i); rest > 0; --at, rest /= 31) digits[at] = Uscc::alphabet[rest % 31];
    ++counts[static_cast<std::size_t>(partition_of(*Uscc::make(digits), 4))];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 120);
}

}  // namespace
}  // namespace zhida::enterprise
