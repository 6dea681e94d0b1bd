#include "services/sample_world.hpp"

#include "contracts/catalog/item_json.hpp"
#include "contracts/json.hpp"
#include "contracts/profiles/profile_line.hpp"
#include "schemas/files.hpp"
#include "stores/topic_layout.hpp"
#include "support/run_coroutine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace zhida::test {

namespace {

std::shared_ptr<const policy::CompiledItem> compiled(const stores::ReferenceData& reference, const schemas::File& file) {
  contracts::JsonText text;
  const contracts::Json* const root = text.parse(file.bytes);
  if (root == nullptr) throw std::runtime_error(std::string(file.path) + " is no JSON");
  domain::FieldErrors errors;
  contracts::JsonReader reader((*root)["item"], errors);
  auto version = std::make_shared<policy::ItemVersion>();
  version->content = contracts::read_item_body(reader).content;
  const std::string id(file.path.substr(file.path.rfind('/') + 1, file.path.size() - file.path.rfind('/') - 6));
  auto made = policy::CompiledItem::compile(reference.language, id, std::move(version));
  if (!errors.empty() || !made.item) throw std::runtime_error(std::string(file.path) + " does not compile");
  return std::make_shared<const policy::CompiledItem>(std::move(*made.item));
}

}  // namespace

SampleWorld::SampleWorld()
    : reference(stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); })),
      log(stores::topic_layout(partitions)),
      dead_letters(log, [] { return domain::Instant(); }),
      profiles(io.get_executor(), log, partitions, reference.dictionary,
               stores::ProfileStore::Tables{*reference.industries, reference.size_classes}, dead_letters),
      columns(profiles, reference.language, [this] { return today; }),
      generator(*reference.industries, 7),
      slots_(reference.dictionary->size()) {
  std::set<std::string> names;
  for (const schemas::File& file : schemas::files()) {
    if (!file.path.starts_with("samples/items/")) continue;
    items.push_back(compiled(reference, file));
    for (const policy::ManualCondition& condition : items.back()->rule.manual()) names.insert(condition.name);
  }
  std::ranges::sort(items, {}, [](const auto& item) { return item->id; });
  conditions.assign(names.begin(), names.end());
}

void SampleWorld::fold(const contracts::ProfilePatched& event) {
  log::Record record;
  record.key = event.uscc.text();
  record.offset = offset_++;
  record.event.type = contracts::ProfilePatched::type;
  contracts::append_json(record.value, event);
  std::vector<stores::PoisonInput> poison;
  const auto known = profiles.find(event.uscc);
  profiles.fold_profile(profiles.partition_of(event.uscc), record, poison);
  EXPECT_TRUE(poison.empty());
  if (!known) usccs.push_back(event.uscc);
}

enterprise::Uscc SampleWorld::know(std::uint64_t index, std::uint64_t seed) {
  std::string text;
  (seed == 7 ? generator : standalone::SampleGenerator(*reference.industries, seed)).append_line(index, text);
  contracts::ProfileLineReader reader;
  const contracts::ProfileLine* const line = reader.read(text, today);
  EXPECT_NE(line, nullptr) << text;
  contracts::ProfilePatched event;
  event.uscc = generator.uscc(index);
  event.attributes = line->attributes;
  // Another seed tells of the same enterprise, later.
  for (contracts::AttributeStatement& each : event.attributes)
    if (seed != 7) each.as_of = today;
  fold(event);
  return event.uscc;
}

void SampleWorld::determine(const enterprise::Uscc& uscc, std::string condition, bool value, std::optional<domain::Date> valid_to) {
  contracts::ProfilePatched event;
  event.uscc = uscc;
  enterprise::Determination& made = event.determinations.emplace_back();
  made.condition = std::move(condition);
  made.value = value;
  made.decided_by = "局";
  made.as_of = day_of(2025, 1, 1);
  made.valid_to = valid_to;
  made.basis = "公示";
  fold(event);
}

void SampleWorld::mention(const enterprise::Uscc& uscc) {
  contracts::ProfilePatched event;
  event.uscc = uscc;
  event.sealed_name = "bmFtZQ==";
  fold(event);
}

void SampleWorld::know_all(std::uint64_t n) {
  for (std::uint64_t index = 0; index < n; ++index) {
    const enterprise::Uscc uscc = know(index);
    if (index % 3 != 0) continue;
    for (std::size_t i = index % 5; i < conditions.size(); i += 5) {
      const auto end = index % 2 == 0 ? std::optional(day_of(2026, 12, 31)) : std::nullopt;
      determine(uscc, conditions[i], index % 4 != 0, end);
    }
  }
}

policy::Subject SampleWorld::subject(int partition, stores::Row row, domain::Date date) {
  profiles.slots(partition, row, slots_);
  determinations_.clear();
  profiles.determinations(partition, row, date, determinations_);
  return {slots_, determinations_};
}

SampleWorld::EpochPtr SampleWorld::epoch_at(domain::Date date) {
  EpochPtr epoch;
  const auto body = [](SampleWorld& of, domain::Date on, EpochPtr& into) -> boost::asio::awaitable<void> {
    into = co_await of.columns.at(on);
  };
  run_coroutine(io, body(*this, date, epoch));
  return epoch;
}

}  // namespace zhida::test
