#include "bench/matching/duckdb.hpp"

#include "matching/date.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace zhida::bench {
namespace {

std::string date(std::int32_t days) {
  return matching::format_date(std::chrono::sys_days(std::chrono::year(1980) / 1 / 1) + std::chrono::days(days));
}

std::string words(const std::vector<std::int32_t>& values) {
  std::string text;
  for (const std::int32_t value : values) text += (text.empty() ? "'w" : ", 'w") + std::to_string(value) + "'";
  return text;
}

std::string to_sql(const Predicate& predicate, const std::vector<Attribute>& attributes) {
  const Attribute& attribute = attributes[predicate.attribute];
  const std::string& name = attribute.name;
  const auto value = [&](std::size_t i) {
    return attribute.type == Type::date ? "DATE '" + date(predicate.values[i]) + "'" : std::to_string(predicate.values[i]);
  };
  // Of the column's own type, so that no row has to be converted.
  const std::string list = "[" + words(predicate.values) + "]::" + name + "_word[]";
  switch (predicate.op) {
    case Operator::in:
      return name + " IN (" + words(predicate.values) + ")";
    case Operator::not_in:
      return name + " NOT IN (" + words(predicate.values) + ")";
    case Operator::prefix: {
      // Codes are numbers there: a range is faster than the beginning of a text.
      std::string text;
      for (const std::int32_t packed : predicate.values) {
        const CodeRange range = codes_with(packed);
        text += (text.empty() ? "(" : " OR ") + name + " BETWEEN " + std::to_string(range.least) + " AND " + std::to_string(range.greatest);
      }
      return text + ")";
    }
    case Operator::at_least:
      return name + " >= " + value(0);
    case Operator::at_most:
      return name + " <= " + value(0);
    case Operator::between:
      return name + " BETWEEN " + value(0) + " AND " + value(1);
    case Operator::any:
      return "list_has_any(" + name + ", " + list + ")";
    case Operator::none:
      return "NOT list_has_any(" + name + ", " + list + ")";
    case Operator::all:
      return "list_has_all(" + name + ", " + list + ")";
    case Operator::is_true:
      return name;
    case Operator::is_false:
      return "NOT " + name;
  }
  return "";
}

const char* kind(Type type) {
  switch (type) {
    case Type::word:
      return "word";
    case Type::code:
      return "code";
    case Type::number:
      return "number";
    case Type::date:
      return "date";
    case Type::tags:
      return "tags";
    default:
      return "boolean";
  }
}

void write_profiles(const std::filesystem::path& path, const std::vector<Attribute>& attributes, const Profiles& profiles) {
  std::ofstream out(path);
  std::string line;
  for (std::size_t p = 0; p < profiles.count; ++p) {
    line.clear();
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (i > 0) line += ',';
      const std::int32_t value = profiles.columns[i][p];
      if (value == missing) continue;
      if (attributes[i].type == Type::tags) {
        line += '|';
        for (std::uint32_t at = profiles.offsets[i][p]; at < profiles.offsets[i][p + 1]; ++at)
          line += "w" + std::to_string(profiles.tags[i][at]) + "|";
      } else {
        if (attributes[i].type == Type::word) line += 'w';
        line += attributes[i].type == Type::date ? date(value) : std::to_string(value);
      }
    }
    out << line << '\n';
  }
  if (!out.flush()) throw std::runtime_error(path.string() + " could not be written");
}

/// A folder for a moment.
struct Folder {
  Folder() {
    std::string text = (std::filesystem::temp_directory_path() / "zhida-bench.XXXXXX").string();
    if (!mkdtemp(text.data())) throw std::runtime_error(text + " could not be made");
    path = text;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

}  // namespace

std::string to_sql(const Rule& rule, const Rules& rules, const std::vector<Attribute>& attributes) {
  std::string text;
  for (const Term& term : rule.terms) {
    std::string any;
    for (const Group& group : term) {
      std::string together;
      for (const std::uint32_t number : group) together += (together.empty() ? "" : " AND ") + to_sql(rules.predicates[number], attributes);
      any += (any.empty() ? "(" : " OR (") + together + ")";
    }
    text += (text.empty() ? "(" : " AND (") + any + ")";
  }
  return text;
}

DuckdbAnswers ask_duckdb(const std::string& command, const std::vector<Attribute>& attributes, const Rules& rules,
                         const std::vector<std::size_t>& numbers, const Profiles& profiles) {
  const Folder folder;
  std::ofstream schema(folder.path / "schema"), sql(folder.path / "rules.sql");
  for (const Attribute& attribute : attributes)
    schema << attribute.name << ' ' << kind(attribute.type) << ' ' << attribute.least << ' ' << attribute.greatest << '\n';
  for (const std::size_t number : numbers) sql << to_sql(rules.rules[number], rules, attributes) << '\n';
  schema.close();
  sql.close();
  write_profiles(folder.path / "profiles.csv", attributes, profiles);

  const std::string call = command + " " + folder.path.string();
  std::FILE* const pipe = popen(call.c_str(), "r");
  if (!pipe) throw std::runtime_error(call + " could not be started");
  std::string output;
  char part[4096];
  while (const std::size_t size = std::fread(part, 1, sizeof part, pipe)) output.append(part, size);
  if (pclose(pipe) != 0) throw std::runtime_error(call + " failed");

  DuckdbAnswers answers;
  std::istringstream lines(output);
  std::getline(lines, answers.version);
  lines >> answers.seconds;
  DuckdbAnswers::Counts counts;
  while (lines >> counts.eligible >> counts.unknown) answers.counts.push_back(counts);
  if (answers.counts.size() != numbers.size()) throw std::runtime_error(call + " answered: " + output);
  return answers;
}

}  // namespace zhida::bench
