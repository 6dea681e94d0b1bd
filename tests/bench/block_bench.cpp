// What it costs to read a fact of a block: `block_bench [blocks]`, CPU time of one thread, the best of five rounds.
//
// Seeded blocks of 1,000 decided intents and of 1,000 receipts, read quickly, as services do, and thoroughly; both must find the same.

#include "contracts/intents/intents_decided.hpp"
#include "contracts/receipts/receipts_recorded.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace zhida;
using contracts::ReadingWay;

constexpr std::size_t block_facts = 1000;
const domain::Instant decided_at = domain::start_of(domain::Date(std::chrono::year(2026) / 11 / 23));

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

enterprise::Uscc random_uscc(std::mt19937& random) {
  std::string text = "91310117";
  while (text.size() < 17) text += enterprise::Uscc::alphabet[random() % 31];
  return *enterprise::Uscc::make(text);
}

std::string intents(std::mt19937& random) {
  contracts::IntentsHeader header;
  header.campaign = 1;
  header.decided_at = decided_at;
  header.items = {{"SJ-HNTE-2024-NEW", 1, std::string(64, 'a'), "", 30}, {"SJ-LOAN-2025", 3, std::string(64, 'b'), "loan", 60}};
  constexpr std::string_view sizes[] = {"micro", "micro", "micro", "small", "small", "medium", "large"};
  contracts::IntentsWriter writer(header);
  while (writer.facts() < block_facts) {
    const std::string street = std::to_string(310117001 + random() % 17);
    const contracts::Facets facets{sizes[random() % 7], "C", street, "g60", "松江科技大厦", "company"};
    const delivery::ItemDecision items[] = {
        {delivery::Verdict::eligible, delivery::Window::open, 100'000 + static_cast<std::int64_t>(random() % 1000)},
        {delivery::Verdict::unknown, delivery::Window::not_yet, std::nullopt}};
    const std::string values = R"({"size_class":"small","employees":)" + std::to_string(random() % 900) +
                               R"(,"r_and_d_share":0.05,"tags":["hnte","sme"],"established":"2019-04-01","listed":false})";
    writer.add(random_uscc(random), delivery::State::matched, delivery::Reason::none, facets, items, values);
  }
  return writer.finish();
}

std::string receipts(std::mt19937& random) {
  contracts::ReceiptsRecorded block;
  block.header.campaign = 1;
  block.header.at = decided_at;
  while (block.facts.size() < block_facts) {
    contracts::Receipt receipt;
    receipt.uscc = random_uscc(random);
    receipt.state = delivery::State::delivered;
    block.facts.push_back(receipt);
  }
  return contracts::to_json(block);
}

std::size_t facts_of(const contracts::IntentsDecided& block) { return block.facts().size(); }
std::size_t facts_of(const contracts::ReceiptsRecorded& block) { return block.facts.size(); }

template <class Read>
double best_microseconds(const std::vector<std::string>& blocks, ReadingWay way, Read read) {
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const double began = processor_seconds();
    std::size_t facts = 0;
    for (const std::string& block : blocks) facts += facts_of(read(block, way).value());
    if (facts != blocks.size() * block_facts) std::printf("WRONG: %zu facts\n", facts);
    best = std::min(best, (processor_seconds() - began) * 1e6 / static_cast<double>(facts));
  }
  return best;
}

template <class Read>
void compare(const char* what, const std::vector<std::string>& blocks, Read read) {
  const double quick = best_microseconds(blocks, ReadingWay::quick, read);
  const double thorough = best_microseconds(blocks, ReadingWay::thorough, read);
  std::printf("%-9s %4zu bytes a fact: quick %.3f us, thorough %.3f us\n", what, blocks.front().size() / block_facts, quick, thorough);
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t blocks = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100;
  std::mt19937 random(1);
  std::vector<std::string> decided, recorded;
  for (std::size_t i = 0; i < blocks; ++i) {
    decided.push_back(intents(random));
    recorded.push_back(receipts(random));
  }
  compare("intents", decided, contracts::read_intents_decided);
  compare("receipts", recorded, contracts::read_receipts_recorded);
}
