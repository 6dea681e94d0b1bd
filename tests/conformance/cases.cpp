#include "conformance/cases.hpp"

#include "support/repository.hpp"

#include <fstream>
#include <stdexcept>

namespace zhida::cel::conformance {
namespace {

Scope scope_named(std::string_view name) {
  if (name == "core") return Scope::core;
  if (name == "reject") return Scope::reject;
  if (name == "ext") return Scope::ext;
  if (name == "out") return Scope::out;
  throw std::runtime_error("scope.csv: unknown scope " + std::string(name));
}

/// The rows of scope.csv in order; names hold no commas but may stand more than once, as they do in the package.
std::vector<Case> rows() {
  std::ifstream file(zhida::test::repository() / "tests/conformance/scope.csv");
  std::string line;
  std::getline(file, line);
  if (line != "file,section,test,scope,reason") throw std::runtime_error("scope.csv has another header");
  std::vector<Case> rows;
  while (std::getline(file, line)) {
    std::vector<std::string> cells(1);
    for (const char c : line)
      if (c == ',') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    if (cells.size() != 5) throw std::runtime_error("scope.csv: " + line);
    Case row;
    row.file = cells[0];
    row.section = cells[1];
    row.test = cells[2];
    row.scope = scope_named(cells[3]);
    row.reason = cells[4];
    rows.push_back(std::move(row));
  }
  return rows;
}

Suite load() {
  Suite suite;
  std::ifstream file(zhida::test::repository() / "build/conformance/cases.jsonl");
  if (!file) {
    std::ifstream reason(zhida::test::repository() / "build/conformance/absence.txt");
    std::getline(reason, suite.absence);
    if (suite.absence.empty()) suite.absence = "the package was not fetched; tests/conformance/fetch does it";
    return suite;
  }
  std::multimap<std::string, Case> scopes;
  for (Case& row : rows()) {
    std::string name = row.name();
    scopes.emplace(std::move(name), std::move(row));
  }
  for (std::string line; std::getline(file, line);) {
    Case read;
    read.data.Parse(line);
    if (read.data.HasParseError()) throw std::runtime_error("build/conformance/cases.jsonl is damaged; delete it");
    read.file = read.data["file"].GetString();
    read.section = read.data["section"].GetString();
    read.test = read.data["test"].GetString();
    // Tests of one name keep their order in a multimap.
    const auto row = scopes.lower_bound(read.name());
    if (row == scopes.end() || row->first != read.name()) throw std::runtime_error("scope.csv lacks " + read.name());
    read.scope = row->second.scope;
    read.reason = row->second.reason;
    scopes.erase(row);
    suite.cases.push_back(std::move(read));
  }
  if (!scopes.empty()) throw std::runtime_error("the package lacks " + scopes.begin()->first);
  return suite;
}

}  // namespace

const Suite& suite() {
  static const Suite loaded = load();
  return loaded;
}

}  // namespace zhida::cel::conformance
