#include "operator/rules/rule_routes.hpp"

#include "cel/print.hpp"
#include "cel/tree_json.hpp"
#include "contracts/catalog/item_json.hpp"
#include "contracts/json.hpp"
#include "domain/policy/sentence.hpp"
#include "operator/problem.hpp"
#include "operator/roles.hpp"
#include "operator/rules/impact_json.hpp"
#include "platform/http/conditional.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using http::Verb;

constexpr std::int64_t largest_sample = 1000;
constexpr std::int64_t usual_impact_sample = 20;

std::string type_name(const cel::Type& type) {
  static constexpr std::array<std::string_view, 9> names{"", "", "bool", "int", "double", "string", "timestamp", "duration", "list"};
  const std::string scalar(names[static_cast<std::size_t>(type.scalar)]);
  return type.lists > 0 ? "list<" + scalar + ">" : scalar;
}

/// Every mistake with its place in the rule's text, beside the texts of the problem's errors. `pointer` is where the rule stood.
http::Problem problem_of_rule(std::span<const cel::Diagnostic> diagnostics, const std::string& pointer) {
  http::Problem problem =
      http::problems::invalid(http::problems::errors_from(errors_of(diagnostics, pointer)), "the rule does not check.", "规则未通过检查。");
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_array();
  for (const cel::Diagnostic& each : diagnostics) {
    writer.begin_object();
    writer.member("offset", each.offset);
    writer.member("line", each.line);
    writer.member("column", each.column);
    writer.member("code", cel::to_string(each.problem));
    writer.member("detail", each.message_en);
    writer.member("detail_zh", each.message_zh);
    writer.member("suggestion", each.suggestion);
    writer.end_object();
  }
  writer.end_array();
  problem.members.emplace_back("diagnostics", std::move(text));
  return problem;
}

struct RuleBody {
  std::string rule;
  std::vector<policy::ManualCondition> manual;  ///< that the rule may name
  std::optional<domain::Date> asof;
  bool near = false;
  std::int64_t sample = 0;
};

/// The rule as CEL, from the tree of a rule builder.
std::string rule_of_tree(contracts::JsonReader& reader) {
  std::string json;
  contracts::JsonWriter writer(json);
  writer.copy(*reader.find("tree"));
  const cel::TreeFromJson read = cel::tree_from_json(json);
  if (!read.ast) {
    reader.report("tree", "tree", read.error, "规则树有误：" + read.error);
    return {};
  }
  return cel::print(*read.ast);
}

RuleBody read_body(const http::Request& request) {
  http::require_content_type(request, http::json_type);
  auto body = contracts::read_json<RuleBody>(request.body, [](contracts::JsonReader& reader) {
    RuleBody read;
    reader.only({"rule", "tree", "manual", "asof", "near", "sample"});
    read.manual = contracts::read_manual_conditions(reader);
    const contracts::Json* const tree = reader.find("tree");
    if (tree == nullptr || tree->IsNull()) {
      reader.required("rule", read.rule);
    } else if (reader.find("rule") != nullptr) {
      reader.report("tree", "conflict", "give a rule or a tree, not both.", "rule 和 tree 只能给出一个。");
    } else {
      read.rule = rule_of_tree(reader);
    }
    reader.optional("asof", read.asof);
    reader.optional("near", read.near);
    reader.optional("sample", read.sample);
    if (read.sample < 0 || read.sample > largest_sample) reader.report("sample", "range", "must be 0 to 1000.", "应为0至1000。");
    return read;
  });
  if (body.has_error()) throw http::Refused(problem_of(body.error()));
  return std::move(body).value();
}

matching::Rule compile(const stores::ReferenceData& reference, const std::string& text, std::vector<policy::ManualCondition> manual = {},
                       const std::string& pointer = "/rule") {
  matching::CompiledRule compiled = matching::Rule::compile(reference.language, text, std::move(manual));
  if (!compiled) throw http::Refused(problem_of_rule(compiled.diagnostics, pointer));
  return std::move(*compiled.rule);
}

struct ImpactBody {
  std::string before, after;
  std::vector<policy::ManualCondition> manual;  ///< that either may name
  std::optional<domain::Date> asof;
  std::int64_t sample = usual_impact_sample;
};

ImpactBody read_impact_body(const http::Request& request) {
  http::require_content_type(request, http::json_type);
  auto body = contracts::read_json<ImpactBody>(request.body, [](contracts::JsonReader& reader) {
    ImpactBody read;
    reader.only({"old", "new", "manual", "asof", "sample"});
    read.manual = contracts::read_manual_conditions(reader);
    reader.required("old", read.before);
    reader.required("new", read.after);
    reader.optional("asof", read.asof);
    reader.optional("sample", read.sample);
    if (read.sample < 0 || read.sample > largest_sample) reader.report("sample", "range", "must be 0 to 1000.", "应为0至1000。");
    return read;
  });
  if (body.has_error()) throw http::Refused(problem_of(body.error()));
  return std::move(body).value();
}

}  // namespace

void RuleRoutes::add_to(http::Router& router) {
  const auto info = [](std::string name, auth::Roles roles) { return http::RouteInfo(std::move(name), http::Access::roles(roles)); };
  router.add(Verb::get, "/operator/v1/attributes", info("list_attributes", dictionary_readers),
             [this](http::Request&) -> asio::awaitable<http::Response> { co_return attributes(); });
  router.add(Verb::post, "/operator/v1/rules/check", info("check_rule", rule_writers),
             [this](http::Request& request) -> asio::awaitable<http::Response> { co_return check(request); });
  router.add(Verb::post, "/operator/v1/rules/audience", info("preview_audience", rule_writers),
             [this](http::Request& request) { return audience(request); });
  router.add(Verb::post, "/operator/v1/rules/impact", info("preview_impact", rule_writers),
             [this](http::Request& request) { return impact(request); });
}

http::Response RuleRoutes::attributes() const {
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.key("items");
  writer.begin_array();
  for (const matching::Attribute& attribute : reference_.dictionary->attributes()) {
    writer.begin_object();
    writer.member("name", attribute.name);
    writer.member("type", type_name(attribute.type));
    writer.member("unit", attribute.unit);
    writer.member("label_zh", attribute.label_zh);
    writer.member("label_en", attribute.label_en);
    writer.member("question_zh", attribute.question_zh);
    writer.member("source_zh", attribute.source_zh);
    writer.member("sensitivity", matching::to_string(attribute.sensitivity));
    writer.member("per", matching::to_string(attribute.per));
    writer.member("pattern", attribute.pattern);
    writer.member("table", attribute.table);
    writer.key("values");
    writer.begin_array();
    if (attribute.table.empty())  // the codes of tables are too many to repeat here
      for (const matching::Code& code : attribute.codes) {
        writer.begin_object();
        writer.member("code", code.code);
        writer.member("label_zh", code.label_zh);
        writer.end_object();
      }
    writer.end_array();
    writer.member("note", attribute.note);
    writer.end_object();
  }
  writer.end_array();
  writer.key("next");
  writer.null();
  writer.end_object();
  return http::ok(std::move(text));
}

http::Response RuleRoutes::check(const http::Request& request) const {
  RuleBody body = read_body(request);
  const matching::Rule rule = compile(reference_, body.rule, std::move(body.manual));
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("ok", true);
  writer.key("attributes");
  writer.begin_array();
  for (const std::uint32_t slot : rule.slots()) writer.value((*reference_.dictionary)[slot].name);
  writer.end_array();
  writer.key("leaves");
  writer.begin_array();
  for (const matching::Leaf& leaf : rule.leaves()) {
    writer.begin_object();
    writer.member("text", leaf.text);
    writer.key("attributes");
    writer.begin_array();
    for (const std::uint32_t slot : leaf.slots) writer.value((*reference_.dictionary)[slot].name);
    writer.end_array();
    writer.member("operation", leaf.operation);
    writer.member("limit", leaf.limit);
    writer.member("label_zh", leaf.label_zh);
    writer.member("text_zh", policy::leaf_zh(rule, leaf, reference_.regions));
    writer.end_object();
  }
  writer.end_array();
  writer.member("normalised", rule.normalised());
  writer.member("text_zh", policy::rule_zh(rule, reference_.regions));
  writer.key("tree");
  writer.raw(cel::to_json(rule.program().ast()));
  writer.end_object();
  return http::ok(std::move(text));
}

asio::awaitable<http::Response> RuleRoutes::audience(http::Request& request) {
  const RuleBody body = read_body(request);
  if (!body.manual.empty())
    throw http::Refused(problem_of({{"/manual", "inapplicable", "an audience is decided by facts alone.", "受众只按事实判定。"}}));
  compile(reference_, body.rule);
  contracts::Question question =
      contracts::RuleQuestion{body.rule, body.asof.value_or(domain::date_of(now_())), body.near, body.sample, request.principal->region};
  const auto answer = co_await population_.ask(std::move(question));
  if (!answer) co_return http::respond(profiles_not_ready());
  const auto& tally = std::get<campaign::RuleTally>(*answer);
  const auto count = [&tally](policy::Verdict verdict) { return tally.counts[static_cast<std::size_t>(verdict)]; };

  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("eligible", count(policy::Verdict::eligible));
  // Missing facts, or a rule that fails at run time.
  writer.member("unknown", count(policy::Verdict::unknown) + count(policy::Verdict::manual));
  writer.member("ineligible", count(policy::Verdict::ineligible));
  writer.key("near");
  writer.begin_array();
  for (const campaign::RuleTally::Near& near : tally.near) {
    writer.begin_object();
    writer.member("leaf", near.leaf);
    writer.member("count", near.count);
    writer.end_object();
  }
  writer.end_array();
  writer.key("sample");
  writer.begin_array();
  for (const enterprise::Uscc& uscc : tally.sample) writer.value(uscc.text());
  writer.end_array();
  writer.member("took_us", static_cast<std::int64_t>(tally.took.count()));
  writer.end_object();
  co_return http::ok(std::move(text));
}

asio::awaitable<http::Response> RuleRoutes::impact(http::Request& request) {
  const ImpactBody body = read_impact_body(request);
  compile(reference_, body.before, body.manual, "/old");
  compile(reference_, body.after, body.manual, "/new");
  const domain::Date asof = body.asof.value_or(domain::date_of(now_()));
  contracts::Question question =
      contracts::ImpactQuestion{{body.before, body.manual}, {body.after, body.manual}, asof, body.sample, request.principal->region};
  const auto answer = co_await population_.ask(std::move(question));
  if (!answer) co_return http::respond(profiles_not_ready());
  co_return http::ok(impact_json(std::get<campaign::ImpactTally>(*answer), asof));
}

}  // namespace zhida::operators
