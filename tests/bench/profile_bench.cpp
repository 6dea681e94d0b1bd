// How fast profiles are folded into memory, and what they take there: `profile_bench [enterprises]`.

#include "contracts/profiles/profile_patched.hpp"
#include "platform/log/memory_log.hpp"
#include "schemas/files.hpp"
#include "stores/profiles/profile_columns.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/reference/reference_data.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace zhida;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

/// 40 attributes of several types.
contracts::ProfilePatched profile(const enterprise::Uscc& uscc, const matching::Dictionary& dictionary, std::mt19937& random) {
  const domain::Date as_of = std::chrono::year(2026) / 6 / 30;
  contracts::ProfilePatched event;
  event.uscc = uscc;
  for (const matching::Attribute& attribute : dictionary.attributes()) {
    if (event.attributes.size() == 40) break;
    contracts::AttributeStatement statement;
    statement.name = attribute.name;
    statement.source = "松江区数据中心";
    statement.as_of = as_of;
    if (attribute.type == cel::boolean_type)
      statement.value = enterprise::RawValue::of(random() % 2 == 0);
    else if (attribute.type == cel::integer_type && (attribute.unit == "persons" || attribute.unit == "cny" || attribute.unit == "count"))
      statement.value = enterprise::RawValue::of(static_cast<std::int64_t>(random() % 1'000'000));
    else if (attribute.type == cel::string_type && attribute.closed())
      statement.value = enterprise::RawValue::of(std::string_view(attribute.codes[random() % attribute.codes.size()].code));
    else
      continue;
    event.attributes.push_back(statement);
  }
  return event;
}

/// Seconds until the columns have taken over what changed.
double take(boost::asio::io_context& io, stores::ProfileColumns& columns, domain::Date date) {
  const auto began = Clock::now();
  boost::asio::co_spawn(io, columns.at(date), boost::asio::detached);
  io.restart();
  io.run();
  return seconds_since(began);
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t enterprises = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100'000;
  std::map<std::string, std::string> tables;
  tables["industries"] = std::string(schemas::file("reference/industries.csv"));
  const auto parsed = matching::Dictionary::parse(schemas::file("reference/attributes.csv"), tables);
  const auto industries = enterprise::IndustryTree::parse(schemas::file("reference/industries.csv"));
  const auto sizes = enterprise::SizeClasses::parse(schemas::file("reference/size-classes.csv"));
  if (!parsed.dictionary || !industries || !sizes) return 1;

  boost::asio::io_context io{1};
  log::MemoryLog log({{"profiles", 1, log::Retention::forever()}});
  stores::DeadLetters letters(log, [] { return domain::Instant(); });
  stores::ProfileStore store(io.get_executor(), log, 1, parsed.dictionary, stores::ProfileStore::Tables{*industries, *sizes}, letters);

  std::mt19937 random(1);
  std::vector<log::Record> records(enterprises);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < enterprises; ++i) {
    std::string text = "91310117";
    while (text.size() < 17) text += enterprise::Uscc::alphabet[random() % 31];
    records[i].offset = static_cast<log::Offset>(i);
    records[i].event.type = contracts::ProfilePatched::type;
    contracts::append_json(records[i].value, profile(*enterprise::Uscc::make(text), *parsed.dictionary, random));
    bytes += records[i].value.size();
  }
  std::vector<stores::PoisonInput> poison;
  auto began = Clock::now();
  for (const log::Record& record : records) store.fold_profile(0, record, poison);
  double seconds = seconds_since(began);
  std::printf("folded %zu patches of %zu bytes in %.2f s: %.0f patches/s; %zu poison\n", enterprises, bytes / enterprises, seconds,
              static_cast<double>(enterprises) / seconds, poison.size());
  std::printf("memory: %.0f bytes an enterprise\n", static_cast<double>(store.memory()) / static_cast<double>(enterprises));

  std::vector<cel::Value> slots(parsed.dictionary->size());
  std::size_t known = 0;
  began = Clock::now();
  for (stores::Row row = 0; row < store.size(0); ++row) {
    store.slots(0, row, slots);
    known += slots[row % slots.size()].is_known() ? 1 : 0;
  }
  seconds = seconds_since(began);
  std::printf("slots of %u rows: %.2f us each (%zu)\n", store.size(0), seconds * 1e6 / static_cast<double>(store.size(0)), known);

  const auto reference = stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  const domain::Date today = std::chrono::year(2026) / 11 / 23;
  stores::ProfileColumns columns(store, reference.language, [today] { return today; });
  const auto each = [&](double taken, std::size_t rows) { return taken * 1e6 / static_cast<double>(rows); };
  seconds = take(io, columns, today);
  std::printf("columns: %.2f us a profile to make, %.0f bytes a profile\n", each(seconds, enterprises),
              static_cast<double>(columns.memory()) / static_cast<double>(enterprises));
  for (const std::size_t one_in : {100U, 5'000U}) {
    for (stores::Row row = 0; row < store.size(0); row += static_cast<stores::Row>(one_in)) store.fold_profile(0, records[row], poison);
    seconds = take(io, columns, today);
    std::printf("  after a change of one in %zu: %.2f us a changed profile\n", one_in, each(seconds, enterprises / one_in));
  }
}
