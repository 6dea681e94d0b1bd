#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::test {

/// What processes show on `/metrics`: sample name (`…_bucket` for a histogram's) → label → values seen.
using Exposed = std::map<std::string, std::map<std::string, std::set<std::string>>, std::less<>>;

/// Adds what a text in Prometheus' format shows, with the labels of the target that Prometheus adds. Throws `runtime_error` naming a line
/// that is none.
void add_exposition(Exposed& exposed, std::string_view text, const std::string& job);

/// What is wrong with a PromQL expression given what is exposed, a sentence each: metrics and labels that do not exist, values of `=` and
/// alternatives of `=~` that no process shows, functions this does not know. Variables of a dashboard (`$name`) stand for anything.
std::vector<std::string> objections(std::string_view expression, const Exposed& exposed);

/// An alert of a rule file.
struct Alert {
  std::string name, expression, hold;
  std::map<std::string, std::string> labels, annotations;
};

/// Reads a rule file of Prometheus, in the YAML that ours is written in: maps by indentation, lists of maps, plain, quoted and `|` scalars.
/// Throws `runtime_error` naming the line that it cannot read.
std::vector<Alert> read_alerts(std::string_view yaml);

/// The anchors of a Markdown document's headings, as GitHub makes them.
std::set<std::string> anchors_of(std::string_view markdown);

}  // namespace zhida::test
