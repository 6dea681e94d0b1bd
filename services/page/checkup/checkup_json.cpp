#include "page/checkup/checkup_json.hpp"

#include "matching/date.hpp"
#include "page/rule_words.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::page {
namespace {

using contracts::JsonWriter;
using matching::ExplainedLeaf;
using matching::ExplainedNode;

/// What is written about a rule's leaves needs all of these.
struct Context {
  JsonWriter& writer;
  const matching::Rule& rule;
  const matching::Explanation& explanation;
  const CheckedSubject& subject;
  cel::Value asof;
  cel::Arena& arena;
};

const matching::ManualCondition* condition_of(const matching::Rule& rule, std::string_view name) {
  for (const matching::ManualCondition& condition : rule.manual())
    if (condition.name == name) return &condition;
  return nullptr;
}

std::string_view label_of(const matching::Rule& rule, std::string_view name) {
  const matching::ManualCondition* const condition = condition_of(rule, name);
  return condition != nullptr ? std::string_view(condition->label_zh) : name;
}

/// The leaf reads something that the reader of the check-up may not read.
bool is_masked(const Context& in, const matching::Leaf& leaf) {
  return std::ranges::any_of(leaf.slots, [&in](std::uint32_t slot) { return !in.subject.shows(slot); });
}

/// What stands on the leaf's left: the attribute's value, or what is computed from attributes.
void write_left(const Context& in, const ExplainedLeaf& explained) {
  const matching::Leaf& leaf = *explained.leaf;
  in.writer.key("value");
  if (is_masked(in, leaf))
    in.writer.null();
  else if (leaf.operand)
    write_value(in.writer, in.rule.program().evaluate_at(*leaf.operand, in.subject.slots(), in.asof, in.arena));
  else if (leaf.slots.size() == 1)
    write_value(in.writer, in.subject.slots()[leaf.slots[0]]);
  else if (explained.value.empty())
    in.writer.null();
  else
    in.writer.value(explained.value);
}

/// A limit that is the same for everybody as a value, another as its CEL text; of a bare truth what it has to be.
void write_limit(const Context& in, const matching::Leaf& leaf) {
  in.writer.key("limit");
  if (leaf.operation == "is") return in.writer.value(true);
  if (leaf.operation == "is not") return in.writer.value(false);
  const auto node = limit_node(in.rule, leaf);
  const cel::Value limit = node ? in.rule.program().evaluate_at(*node, in.subject.slots(), in.asof, in.arena) : cel::Value::missing();
  if (limit.is_known()) return write_value(in.writer, limit);
  if (leaf.limit.empty()) return in.writer.null();
  in.writer.value(leaf.limit);
}

void write_leaf_members(const Context& in, const ExplainedLeaf& explained) {
  const matching::Leaf& leaf = *explained.leaf;
  const matching::Dictionary& dictionary = in.rule.language().dictionary();
  in.writer.member("leaf", leaf.text);
  in.writer.key("attribute");
  if (leaf.slots.empty())
    in.writer.null();
  else
    in.writer.value(dictionary[leaf.slots[0]].name);
  write_left(in, explained);
  in.writer.member("operation", leaf.operation);
  write_limit(in, leaf);
  in.writer.member("label_zh", leaf.label_zh);
  const bool masked = is_masked(in, leaf);
  in.writer.member("value_zh", masked ? std::string("不予显示") : std::string(explained.value));
  if (masked) in.writer.member("masked", true);
}

void write_sources(const Context& in, const matching::Leaf& leaf) {
  const auto origin = leaf.slots.empty() ? std::nullopt : in.subject.origin(leaf.slots[0]);
  in.writer.key("source");
  if (origin)
    in.writer.value(origin->source);
  else
    in.writer.null();
  in.writer.member("as_of", origin ? origin->as_of : std::nullopt);
  if (leaf.slots.size() < 2) return;
  in.writer.key("attributes");
  in.writer.begin_array();
  for (const std::uint32_t slot : leaf.slots) {
    const auto each = in.subject.origin(slot);
    in.writer.begin_object();
    in.writer.member("attribute", in.rule.language().dictionary()[slot].name);
    in.writer.key("value");
    if (in.subject.shows(slot))
      write_value(in.writer, in.subject.slots()[slot]);
    else
      in.writer.null();
    in.writer.member("source", each ? std::optional(std::string(each->source)) : std::nullopt);
    in.writer.member("as_of", each ? each->as_of : std::nullopt);
    in.writer.end_object();
  }
  in.writer.end_array();
}

void write_error(const Context& in, const ExplainedLeaf& explained) {
  in.writer.key("error");
  if (!explained.error) return in.writer.null();
  in.writer.begin_object();
  in.writer.member("detail", cel::message_en(*explained.error));
  in.writer.member("detail_zh", cel::message_zh(*explained.error));
  in.writer.end_object();
}

void write_manual(const Context& in, const matching::ManualCondition& condition) {
  const enterprise::Determination* const answer = in.subject.determination(condition.name);
  in.writer.member("name", condition.name);
  in.writer.member("label_zh", condition.label_zh);
  in.writer.member("value", answer != nullptr ? std::optional(answer->value) : std::nullopt);
  in.writer.member("source", answer != nullptr ? std::optional(answer->decided_by) : std::nullopt);
  in.writer.member("as_of", answer != nullptr ? std::optional(answer->as_of) : std::nullopt);
  in.writer.member("basis", answer != nullptr ? std::optional(answer->basis) : std::nullopt);
}

std::string_view kind_of(const ExplainedNode& node) {
  switch (node.kind) {
    case ExplainedNode::Kind::all:
      return "all";
    case ExplainedNode::Kind::any:
      return "any";
    case ExplainedNode::Kind::leaf:
      return "leaf";
    default:
      return "manual";
  }
}

/// The depth is that of the rule, which the language bounds.
void write_node(const Context& in, std::uint32_t number) {
  const ExplainedNode& node = in.explanation.nodes[number];
  in.writer.begin_object();
  in.writer.member("kind", kind_of(node));
  in.writer.member("state", to_string(node.state));
  if (node.kind == ExplainedNode::Kind::leaf) {
    const ExplainedLeaf& leaf = in.explanation.leaves[node.index];
    write_leaf_members(in, leaf);
    write_sources(in, *leaf.leaf);
    write_error(in, leaf);
  } else if (node.kind == ExplainedNode::Kind::manual) {
    write_manual(in, in.rule.manual()[node.index]);
  } else {
    in.writer.key("children");
    in.writer.begin_array();
    for (const std::uint32_t child : node.children) write_node(in, child);
    in.writer.end_array();
  }
  in.writer.end_object();
}

void write_failing(const Context& in) {
  in.writer.key("failing");
  in.writer.begin_array();
  for (const std::uint32_t index : in.explanation.failing) {
    in.writer.begin_object();
    write_leaf_members(in, in.explanation.leaves[index]);
    in.writer.end_object();
  }
  for (const std::string_view name : in.explanation.failing_manual) {
    in.writer.begin_object();
    in.writer.member("leaf", name);
    in.writer.key("attribute");
    in.writer.null();
    in.writer.member("value", false);
    in.writer.member("operation", "manual");
    in.writer.member("limit", true);
    in.writer.member("label_zh", label_of(in.rule, name));
    in.writer.member("value_zh", "未认定");
    in.writer.end_object();
  }
  in.writer.end_array();
}

}  // namespace

void write_value(JsonWriter& writer, const cel::Value& value) {
  switch (value.kind()) {
    case cel::Kind::boolean:
      return writer.value(value.as_boolean());
    case cel::Kind::integer:
      return writer.value(value.as_integer());
    case cel::Kind::real:
      if (std::isfinite(value.as_real())) return writer.value(value.as_real());
      return writer.null();
    case cel::Kind::string:
      return writer.value(value.as_string());
    case cel::Kind::timestamp:
      return writer.value(matching::format_date(matching::day_of(value)));
    case cel::Kind::duration:
      return writer.value(std::to_string(value.seconds()) + "s");
    case cel::Kind::list:
      writer.begin_array();
      for (const cel::Value& each : value.as_list()) write_value(writer, each);
      return writer.end_array();
    default:
      return writer.null();
  }
}

void begin_item(JsonWriter& writer, const Offer& offer, const policy::ItemCheck& check, const CheckedSubject& subject, domain::Date asof,
                cel::Arena& arena) {
  const policy::CompiledItem& item = *offer.compiled;
  const policy::ItemContent& content = offer.content();
  const Context in{writer, item.rule, check.explanation, subject, matching::midnight(asof), arena};
  writer.begin_object();
  writer.member("item", item.id);
  writer.member("version", item.version->version);
  writer.member("title", content.title);
  writer.member("mode", content.mode);
  if (content.mode == policy::Mode::for_comment) writer.member("label_zh", draft_label);
  writer.member("verdict", check.decision.verdict);
  writer.member("window", check.decision.window);
  writer.member("one_short", check.explanation.one_short);
  writer.key("missing");
  writer.begin_array();
  for (const std::uint32_t slot : check.explanation.missing) writer.value(item.rule.language().dictionary()[slot].name);
  writer.end_array();
  write_failing(in);
  writer.key("manual");
  writer.begin_array();
  for (const std::string_view name : check.explanation.manual) {
    writer.begin_object();
    writer.member("name", name);
    writer.member("label_zh", label_of(item.rule, name));
    writer.end_object();
  }
  writer.end_array();
  writer.key("benefit");
  writer.begin_object();
  writer.member("amount", check.decision.benefit);
  writer.member("text_zh", content.benefit ? content.benefit->text_zh : std::string());
  writer.end_object();
}

void write_tree(JsonWriter& writer, const Offer& offer, const policy::ItemCheck& check, const CheckedSubject& subject, domain::Date asof,
                cel::Arena& arena) {
  writer.key("tree");
  write_node({writer, offer.compiled->rule, check.explanation, subject, matching::midnight(asof), arena}, 0);
}

void write_questions(JsonWriter& writer, std::span<const matching::engine::Question> questions, const matching::Dictionary& dictionary) {
  writer.begin_array();
  for (const matching::engine::Question& question : questions.first(std::min(questions.size(), most_questions))) {
    const matching::Attribute& attribute = dictionary[question.attribute];
    writer.begin_object();
    writer.member("attribute", attribute.name);
    writer.member("label_zh", attribute.label_zh);
    writer.member("question_zh", attribute.question_zh);
    writer.member("settles", question.settles);
    writer.member("touches", question.touches);
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace zhida::page
