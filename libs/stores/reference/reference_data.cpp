#include "stores/reference/reference_data.hpp"

#include "domain/policy/functions.hpp"
#include "matching/csv.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

namespace zhida::stores {
namespace {

using ReadFile = std::function<std::string_view(std::string_view name)>;

[[noreturn]] void fail(std::string_view name, std::string_view reason) {
  throw std::runtime_error("schemas/reference/" + std::string(name) + ": " + std::string(reason));
}

/// The rows of a table as the given columns, the first of which becomes the key.
template <class Entry, class Make>
std::map<std::string, Entry, std::less<>> keyed(const ReadFile& file, std::string_view name, std::vector<std::string_view> columns,
                                                Make make) {
  const matching::CsvResult parsed = matching::parse_csv(file(name));
  if (!parsed.table) fail(name, parsed.error);
  std::vector<std::size_t> places;
  for (const std::string_view column : columns) {
    const auto place = parsed.table->column(column);
    if (!place) fail(name, "no column " + std::string(column));
    places.push_back(*place);
  }
  std::map<std::string, Entry, std::less<>> entries;
  for (const auto& row : parsed.table->rows)
    if (!entries.emplace(row[places[0]], make(row[places[1]], row[places[2]])).second) fail(name, "twice: " + row[places[0]]);
  return entries;
}

template <class T>
T checked(std::string_view name, domain::Checked<T> read) {
  if (read.has_error()) fail(name, read.error().empty() ? "malformed" : read.error().front().detail);
  return std::move(read).value();
}

}  // namespace

ReferenceData ReferenceData::read(const ReadFile& file) {
  auto industries = enterprise::IndustryTree::parse(file("industries.csv"));
  if (industries.has_error()) fail("industries.csv", industries.error().message());
  auto calendar = calendar::WorkCalendar::parse(file("workdays.csv"));
  if (calendar.has_error()) fail("workdays.csv", calendar.error().message());

  std::map<std::string, std::string> code_tables{{"industries", std::string(file("industries.csv"))}};
  const matching::Dictionary::Parsed dictionary = matching::Dictionary::parse(file("attributes.csv"), code_tables);
  if (!dictionary.dictionary) fail("attributes.csv", dictionary.error);

  ReferenceData data{
      .dictionary = dictionary.dictionary,
      .industries = std::make_shared<const enterprise::IndustryTree>(std::move(industries).value()),
      .calendar = std::make_shared<const calendar::WorkCalendar>(std::move(calendar).value()),
      .language = nullptr,
      .size_classes = checked("size-classes.csv", enterprise::SizeClasses::parse(file("size-classes.csv"))),
      .regions = checked("districts.csv, streets.csv", enterprise::Regions::parse(file("districts.csv"), file("streets.csv"))),
      .bureaus = keyed<Bureau>(file, "bureaus.csv", {"code", "name_zh", "kind"},
                               [](const std::string& name, const std::string& kind) {
                                 return Bureau{name, kind};
                               }),
      .manual_conditions = keyed<ManualConditionEntry>(file, "manual-conditions.csv", {"name", "label_zh", "decided_by"},
                                                       [](const std::string& label, const std::string& office) {
                                                         return ManualConditionEntry{label, office};
                                                       }),
      .topics = keyed<Topic>(file, "topics.csv", {"code", "label_zh", "label_en"}, [](const std::string& zh, const std::string& en) {
        return Topic{zh, en};
      })};
  data.language = std::make_shared<const matching::Language>(data.dictionary, policy::functions(data.industries, data.calendar));
  return data;
}

}  // namespace zhida::stores
