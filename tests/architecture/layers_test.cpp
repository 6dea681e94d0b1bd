// The architecture as a test: which folder may include what. The table is design §12's.

#include "support/repository.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// What files under `folder` may include. Prefixes of our own headers (by `#include "…"`) and of others' (by `#include <…>`); the
/// standard library and, where `system` is set, the operating system's headers are always allowed.
struct Rule {
  std::string folder;
  Names ours;
  Names others;
  bool system = false;
};

const std::vector<Rule> rules = {
    {"libs/cel", {"cel/"}, {"re2/"}},
    {"libs/matching", {"matching/", "cel/"}, {"re2/", "roaring/", "immintrin.h"}},
    {"libs/domain", {"domain/", "matching/", "cel/"}, {"boost/system/", "boost/math/", "boost/assert/", "xxhash.h"}},
    {"libs/contracts", {"contracts/", "domain/"}, {"rapidjson/", "boost/system/"}},
    {"libs/platform",
     {"platform/"},
     {"boost/", "librdkafka/", "hiredis/", "sqlite3.h", "rapidjson/", "openssl/", "zlib.h", "xxhash.h", "fmt/"},
     true},
    // Beyond the design's table: cel and matching, because the headers of domain are made of their types (rules, values, dictionary).
    {"libs/stores",
     {"stores/", "domain/", "matching/", "cel/", "contracts/", "platform/log/", "platform/redis/", "platform/runtime/"},
     {"boost/asio/", "boost/system/", "xxhash.h", "fmt/"}},
};

const Names services = {"operator", "matcher", "dispatcher", "page", "effect"};
const Names composers = {"node", "gateway", "cluster", "standalone"};  // what runs them, in one process or in many

/// Every language header is a bare word: `<vector>`; `<cstdio>` too. POSIX headers end in `.h`.
bool is_standard(const std::string& header) { return header.find_first_of("./") == std::string::npos; }
bool is_system(const std::string& header) {
  static const Names prefixes = {"sys/", "netinet/", "arpa/", "linux/"};
  static const std::set<std::string> headers = {"fcntl.h", "unistd.h", "signal.h", "poll.h", "netdb.h", "dirent.h", "spawn.h", "malloc.h"};
  return headers.contains(header) ||
         std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) { return header.starts_with(prefix); });
}

bool starts_with_one_of(const std::string& header, const Names& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) { return header.starts_with(prefix); });
}

struct Include {
  std::string header;
  bool quoted = false;
};

/// The header a line includes; an empty one if it includes none.
Include included_by(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] != '#') return {};
  line.remove_prefix(first + 1);
  const auto word = line.find_first_not_of(" \t");
  if (word == std::string_view::npos || !line.substr(word).starts_with("include")) return {};
  const auto open = line.find_first_of("<\"");
  const auto close = open == std::string_view::npos ? open : line.find_first_of(">\"", open + 1);
  if (close == std::string_view::npos) return {};
  return {std::string(line.substr(open + 1, close - open - 1)), line[open] == '"'};
}

std::vector<Include> includes_of(const fs::path& path) {
  std::vector<Include> found;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (Include include = included_by(line); !include.header.empty()) found.push_back(std::move(include));
  return found;
}

std::vector<fs::path> sources_under(const fs::path& folder) {
  std::vector<fs::path> paths;
  if (!fs::exists(folder)) return paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp") paths.push_back(entry.path());
  return paths;
}

/// Why the rule forbids the include; empty if it does not.
std::string objection(const Rule& rule, const Include& include) {
  if (include.quoted) return starts_with_one_of(include.header, rule.ours) ? "" : "is of a layer it must not know";
  if (is_standard(include.header) || starts_with_one_of(include.header, rule.others)) return "";
  if (rule.system && is_system(include.header)) return "";
  return "is a library it must not know";
}

const fs::path root = zhida::test::repository();

TEST(Layers, IncludeOnlyWhatTheyMay) {
  for (const Rule& rule : rules)
    for (const fs::path& path : sources_under(root / rule.folder))
      for (const Include& include : includes_of(path))
        EXPECT_EQ(objection(rule, include), "") << fs::relative(path, root) << " includes " << include.header;
}

TEST(Layers, EveryFolderOfTheLibrariesHasARule) {
  for (const auto& entry : fs::directory_iterator(root / "libs"))
    if (entry.is_directory()) {
      const bool has_rule = std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return root / rule.folder == entry.path(); });
      EXPECT_TRUE(has_rule) << entry.path();
    }
}

TEST(Domain, HasNoClockAndNoRandomness) {
  static const std::set<std::string> forbidden = {"random", "thread",   "mutex",   "condition_variable", "future",
                                                  "ctime",  "iostream", "fstream", "filesystem"};
  static const Names words = {"system_clock::now", "steady_clock::now", "std::rand", "getenv"};
  for (const std::string folder : {"libs/domain", "libs/cel", "libs/matching"})
    for (const fs::path& path : sources_under(root / folder)) {
      for (const Include& include : folder == "libs/domain" ? includes_of(path) : std::vector<Include>())
        EXPECT_FALSE(forbidden.contains(include.header)) << path << " includes " << include.header;
      std::ifstream file(path);
      for (std::string line; std::getline(file, line);)
        for (const std::string& word : words) EXPECT_EQ(line.find(word), std::string::npos) << path << ": " << line;
    }
}

TEST(Services, KnowNeitherBrokerNorRedisLibrariesNorEachOther) {
  const auto check = [](const std::string& service, Names ours) {
    for (const std::string layer : {"cel/", "matching/", "domain/", "contracts/", "platform/", "stores/", "node/"}) ours.push_back(layer);
    for (const fs::path& path : sources_under(root / "services" / service))
      for (const Include& include : includes_of(path)) {
        const bool allowed =
            include.quoted ? starts_with_one_of(include.header, ours) : !starts_with_one_of(include.header, {"librdkafka/", "hiredis/"});
        EXPECT_TRUE(allowed) << fs::relative(path, root) << " includes " << include.header;
      }
  };
  Names every = {"standalone/", "gateway/", "cluster/", "schemas/"};  // schemas/: the reference files, built into the program
  for (const std::string& service : services) {
    check(service, {service + "/"});
    every.push_back(service + "/");
  }
  check("standalone", every);
  check("node", {"node/", "schemas/"});
  check("gateway", {"gateway/"});
  check("cluster", {"cluster/"});
}

TEST(Services, AreAllChecked) {
  for (const auto& entry : fs::directory_iterator(root / "services")) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory() || sources_under(entry.path()).empty()) continue;
    const bool composes = std::ranges::find(composers, name) != composers.end();
    EXPECT_TRUE(composes || std::ranges::find(services, name) != services.end()) << name;
  }
}

TEST(Rules, ObjectToBreaches) {
  const Rule& domain = rules[2];
  ASSERT_EQ(domain.folder, "libs/domain");
  EXPECT_NE(objection(domain, included_by("#include \"platform/log/event_log.hpp\"")), "");
  EXPECT_NE(objection(domain, included_by("  #  include <boost/asio/post.hpp>")), "");
  EXPECT_NE(objection(domain, included_by("#include <rapidjson/document.h>  // no")), "");
  EXPECT_NE(objection(domain, included_by("#include <unistd.h>")), "");
  EXPECT_EQ(objection(domain, included_by("#include <vector>")), "");
  EXPECT_EQ(included_by("int x;").header, "");
  EXPECT_EQ(included_by("#define A \"b\"").header, "");
}

}  // namespace
