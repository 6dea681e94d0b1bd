#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

namespace zhida::cel::conformance {

/// What a test of the suite must do here; `scope.csv` says it for each.
enum class Scope { core, reject, ext, out };

struct Case {
  std::string file, section, test;
  Scope scope = Scope::out;
  std::string reason;        ///< why it is out, or the group of an extension
  rapidjson::Document data;  ///< a line that `convert.mjs` wrote
  std::string name() const { return file + "/" + section + "/" + test; }
};

struct Suite {
  std::vector<Case> cases;
  std::string absence;  ///< why there are no cases
};

/// The tests of the package with their scopes, once a process. Throws when the package and `scope.csv` do not hold the same tests.
const Suite& suite();

}  // namespace zhida::cel::conformance
