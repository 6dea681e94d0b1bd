#include "matching/dictionary.hpp"

#include "cel/nearest.hpp"
#include "matching/csv.hpp"

#include <re2/re2.h>

#include <array>

namespace zhida::matching {
namespace {

std::optional<cel::Type> type_named(std::string_view name) {
  if (name == "bool") return cel::boolean_type;
  if (name == "int") return cel::integer_type;
  if (name == "double") return cel::real_type;
  if (name == "string") return cel::string_type;
  if (name == "timestamp") return cel::timestamp_type;
  if (name == "list<string>") return cel::string_list_type;
  return std::nullopt;
}

std::optional<Per> per_named(std::string_view name) {
  for (const Per per : {Per::current, Per::last_year, Per::year_before_last, Per::event})
    if (name == to_string(per)) return per;
  return std::nullopt;
}

std::optional<Sensitivity> sensitivity_named(std::string_view name) {
  for (const Sensitivity s : {Sensitivity::public_, Sensitivity::internal, Sensitivity::sensitive})
    if (name == to_string(s)) return s;
  return std::nullopt;
}

/// `code=中文;code=中文`. False when a part has no `=`.
bool read_codes(std::string_view values, std::vector<Code>& codes) {
  while (!values.empty()) {
    const std::size_t end = values.find(';');
    const std::string_view part = values.substr(0, end);
    const std::size_t sign = part.find('=');
    if (sign == std::string_view::npos || sign == 0) return false;
    codes.push_back({std::string(part.substr(0, sign)), std::string(part.substr(sign + 1))});
    values = end == std::string_view::npos ? std::string_view{} : values.substr(end + 1);
  }
  return true;
}

/// Codes of a table; a reason when it has none.
std::string read_table(std::string_view csv, std::vector<Code>& codes) {
  const CsvResult parsed = parse_csv(csv);
  if (!parsed.table) return parsed.error;
  const auto code = parsed.table->column("code"), name = parsed.table->column("name_zh");
  if (!code || !name) return "columns code and name_zh are needed";
  for (const auto& row : parsed.table->rows) {
    std::string label = row[*name];
    label.erase(label.find_last_not_of(' ') + 1);
    codes.push_back({row[*code], std::move(label)});
  }
  return "";
}

}  // namespace

std::string_view to_string(Per per) {
  constexpr std::array<std::string_view, 4> names{"current", "last_year", "year_before_last", "event"};
  return names[static_cast<std::size_t>(per)];
}

std::string_view to_string(Sensitivity sensitivity) {
  constexpr std::array<std::string_view, 3> names{"public", "internal", "sensitive"};
  return names[static_cast<std::size_t>(sensitivity)];
}

const Code* Attribute::find_code(std::string_view code) const {
  const auto found = code_index_.find(code);
  return found == code_index_.end() ? nullptr : &codes[found->second];
}

Dictionary::Parsed Dictionary::parse(std::string_view attributes_csv, const std::map<std::string, std::string>& code_tables) {
  const CsvResult parsed = parse_csv(attributes_csv);
  if (!parsed.table) return {nullptr, parsed.error};
  constexpr std::array<std::string_view, 12> wanted{"name",        "type",      "unit",        "values", "label_zh", "label_en",
                                                    "question_zh", "source_zh", "sensitivity", "per",    "aliases",  "note"};
  std::array<std::size_t, wanted.size()> columns{};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto column = parsed.table->column(wanted[i]);
    if (!column) return {nullptr, "the column " + std::string(wanted[i]) + " is missing"};
    columns[i] = *column;
  }
  const auto signed_column = parsed.table->column("signed");
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->attributes_.reserve(parsed.table->rows.size());
  for (const auto& row : parsed.table->rows) {
    const auto cell = [&](std::size_t i) -> const std::string& { return row[columns[i]]; };
    const auto fail = [&](const std::string& why) { return Parsed{nullptr, "attribute " + cell(0) + ": " + why}; };
    const auto type = type_named(cell(1));
    const auto sensitivity = sensitivity_named(cell(8));
    const auto per = per_named(cell(9));
    if (!type || !sensitivity || !per) return fail("unknown type, sensitivity or per");
    Attribute attribute;
    attribute.name = cell(0);
    attribute.slot = static_cast<std::uint32_t>(dictionary->attributes_.size());
    attribute.type = *type;
    attribute.unit = cell(2);
    attribute.label_zh = cell(4);
    attribute.label_en = cell(5);
    attribute.question_zh = cell(6);
    attribute.source_zh = cell(7);
    attribute.sensitivity = *sensitivity;
    attribute.per = *per;
    attribute.aliases = cell(10);
    attribute.note = cell(11);
    if (signed_column && !row[*signed_column].empty()) {
      if (row[*signed_column] != "yes") return fail("signed must be yes or empty");
      attribute.may_be_negative = true;
    }
    const std::string& values = cell(3);
    if (values.starts_with("open:")) {
      attribute.pattern = values.substr(5);
      auto expression = std::make_shared<const re2::RE2>(attribute.pattern, re2::RE2::Quiet);
      if (!expression->ok()) return fail("the pattern does not compile");
      attribute.expression_ = std::move(expression);
    } else if (values.find('=') != std::string::npos) {
      if (!read_codes(values, attribute.codes)) return fail("values must read code=label;…");
    } else if (!values.empty()) {
      const auto table = code_tables.find(values);
      if (table == code_tables.end()) return fail("there is no code table " + values);
      if (const std::string error = read_table(table->second, attribute.codes); !error.empty())
        return fail("code table " + values + ": " + error);
      attribute.table = values;
    }
    dictionary->attributes_.push_back(std::move(attribute));
  }
  // The indices view the strings, so they are built when nothing moves any more.
  for (Attribute& attribute : dictionary->attributes_) {
    for (std::uint32_t i = 0; i < attribute.codes.size(); ++i)
      if (!attribute.code_index_.emplace(attribute.codes[i].code, i).second)
        return {nullptr, "attribute " + attribute.name + ": the code " + attribute.codes[i].code + " stands twice"};
    if (!dictionary->by_name_.emplace(attribute.name, attribute.slot).second)
      return {nullptr, "attribute " + attribute.name + " stands twice"};
  }
  return {std::move(dictionary), ""};
}

const Attribute* Dictionary::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &attributes_[found->second];
}

std::string_view Dictionary::nearest(std::string_view name) const {
  std::vector<std::string_view> names;
  names.reserve(attributes_.size());
  for (const Attribute& attribute : attributes_) names.push_back(attribute.name);
  return cel::nearest(name, names);
}

}  // namespace zhida::matching
