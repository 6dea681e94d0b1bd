#include "matcher/hash_order.hpp"

#include "services/matcher/launch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace zhida::matcher {
namespace {

using enterprise::Uscc;
using launch_test::uscc;

std::uint64_t high_half(const Uscc& code) { return enterprise::hash_of(code) >> 32U; }

bool comes_before(const Uscc& a, const Uscc& b) { return high_half(a) != high_half(b) ? high_half(a) < high_half(b) : a < b; }

std::vector<std::uint32_t> numbers(std::uint32_t count) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

std::vector<std::uint32_t> ordered(const std::vector<Uscc>& enterprises) {
  return in_hash_order(numbers(static_cast<std::uint32_t>(enterprises.size())),
                       [&](std::uint32_t place) -> const Uscc& { return enterprises[place]; });
}

TEST(HashOrder, AscendsByTheHighHalfOfTheHash) {
  std::vector<Uscc> enterprises;
  for (int i = 0; i < 20'000; ++i) enterprises.push_back(uscc(i));
  const std::vector<std::uint32_t> order = ordered(enterprises);
  EXPECT_TRUE(std::ranges::is_sorted(order, comes_before, [&](std::uint32_t place) { return enterprises[place]; }));
  std::vector<std::uint32_t> each = order;
  std::ranges::sort(each);
  EXPECT_EQ(each, numbers(20'000));
}

TEST(HashOrder, OrdersThoseOfOneHighHalfByCode) {
  // Among 200,000 codes about five pairs share 32 bits.
  std::vector<Uscc> enterprises;
  for (int i = 200'000; i > 0; --i) enterprises.push_back(uscc(i));
  const std::vector<std::uint32_t> order = ordered(enterprises);
  int pairs = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const Uscc &before = enterprises[order[i - 1]], &after = enterprises[order[i]];
    if (high_half(before) != high_half(after)) continue;
    ++pairs;
    EXPECT_LT(before, after);
  }
  EXPECT_GT(pairs, 0);
}

TEST(HashOrder, OfNobodyIsEmpty) { EXPECT_TRUE(ordered({}).empty()); }

TEST(HashOrder, IsMadeAnewWhenThereAreMoreRowsAndLeavesTheOneHeldAlone) {
  launch_test::Launch launch;
  const auto body = [](launch_test::Launch& l) -> launch_test::asio::awaitable<void> {
    for (int i = 0; i < 50; ++i) co_await l.profile(uscc(i), "size_class", "\"small\"");
    co_await l.profiles_folded();
    HashOrder order(l.profiles(), 0);
    const Places first = order.rows();
    EXPECT_EQ(first->size(), l.profiles().size(0));
    EXPECT_EQ(order.rows(), first);
    for (int i = 50; i < 100; ++i) co_await l.profile(uscc(i), "size_class", "\"small\"");
    co_await l.profiles_folded();
    const Places second = order.rows();
    EXPECT_EQ(second->size(), l.profiles().size(0));
    EXPECT_LT(first->size(), second->size());
    const auto code = [&](std::uint32_t row) { return l.profiles().uscc(0, row); };
    EXPECT_TRUE(std::ranges::is_sorted(*first, comes_before, code));
    EXPECT_TRUE(std::ranges::is_sorted(*second, comes_before, code));
  };
  launch.run(body(launch));
}

TEST(HashOrder, OfAListHasThePlacesOfThePartitionsOwnOnly) {
  launch_test::Launch launch;
  std::vector<Uscc> list;
  for (int i = 0; i < 100; ++i) list.push_back(uscc(i));
  std::size_t all = 0;
  for (int partition = 0; partition < launch_test::Launch::partitions; ++partition) {
    const Places places = HashOrder(launch.profiles(), partition).listed(list);
    for (const std::uint32_t place : *places) EXPECT_EQ(launch.profiles().partition_of(list[place]), partition);
    EXPECT_TRUE(std::ranges::is_sorted(*places, comes_before, [&](std::uint32_t place) { return list[place]; }));
    all += places->size();
  }
  EXPECT_EQ(all, list.size());
}

}  // namespace
}  // namespace zhida::matcher
