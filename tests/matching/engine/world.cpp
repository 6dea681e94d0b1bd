#include "matching/engine/world.hpp"

namespace zhida::matching::engine::test {
namespace {

using cel::Value;

cel::Registry functions() {
  cel::Registry registry;
  registry.add({.name = "under",
                .parameters = {cel::string_type, cel::string_type},
                .result = cel::boolean_type,
                .call = [](std::span<const Value> a, const void*,
                           cel::Arena&) { return Value::boolean(a[0].as_string().starts_with(a[1].as_string())); },
                .total = true});
  registry.add({.name = "years_since",
                .parameters = {cel::timestamp_type, cel::timestamp_type},
                .result = cel::integer_type,
                .call =
                    [](std::span<const Value> a, const void*, cel::Arena&) {
                      const auto days = (day_of(a[1]) - day_of(a[0])).count();
                      return Value::integer(days >= 0 ? days / 365 : -((364 - days) / 365));
                    },
                .total = true,
                .trends = {cel::Trend::falling, cel::Trend::rising}});
  return registry;
}

}  // namespace

const std::shared_ptr<const Language>& language() {
  static const auto shared = std::make_shared<const Language>(matching::test::dictionary(), functions());
  return shared;
}

std::string RandomRules::pick(std::initializer_list<const char*> texts) { return texts.begin()[below(static_cast<int>(texts.size()))]; }

std::string RandomRules::size_list() { return pick({R"(["small"])", R"(["small", "micro"])", R"(["large", "medium", "small"])", "[]"}); }

std::string RandomRules::qualification_list() {
  return pick({R"(["hnte"])", R"(["hnte", "tsme"])", R"(["srdi", "hnte"])", R"(["tsme", "srdi", "hnte"])"});
}

std::string RandomRules::leaf() {
  const std::string number = std::to_string(below(40) - 5);
  const std::string year = std::to_string(2000 + below(27));
  const std::string date = "timestamp(\"" + year + "-0" + std::to_string(1 + below(9)) + pick({"-11T16:00:00Z\")", "-11T05:00:00Z\")"});
  switch (below(34)) {
    case 0:
      return "p.size_class" + pick({" == ", " != "}) + pick({"\"small\"", "\"micro\"", "\"large\""});
    case 1:
      return "p.size_class in " + size_list();
    case 2:
      return "!(p.size_class in " + size_list() + ")";
    case 3:
      return "p.size_class" + order() + "\"medium\"";
    case 4:
      return "p.size_class.startsWith(\"m\")";
    case 5:
      return "p.employees" + comparison() + number;
    case 6:
      return number + comparison() + "p.employees";
    case 7:
      return "p.employees in [1, 5, " + number + "]";
    case 8:
      return "p.employees >= " + number + " && p.employees <= " + std::to_string(below(60));
    case 9:
      return "p.taxable_income" + comparison() + pick({"0", "-5", "4000000000", "300", "70000"});
    case 10:
      return "p.rd_ratio" + comparison() + pick({"0.0", "0.25", "0.05", "-0.0", "1.0"});
    case 11:
      return "p.established" + comparison() + date;
    case 12:
      return "years_since(p.established, asof)" + order() + std::to_string(below(20));
    case 13:
      return "p.established" + comparison() + "asof";
    case 14:
      return "\"" + pick({"hnte", "tsme", "srdi"}) + "\" in p.qualifications";
    case 15:
      return "p.qualifications.exists(q, q in " + qualification_list() + ")";
    case 16:
      return "!p.qualifications.exists(q, q in " + qualification_list() + ")";
    case 17:
      return qualification_list() + pick({".all", ".exists"}) + "(q, q in p.qualifications)";
    case 18:
      return "p.qualifications" + pick({".exists", ".all"}) + "(q, q.startsWith(\"t\") || q == \"hnte\")";
    case 19:
      return "size(p.qualifications)" + comparison() + "1";
    case 20:
      return "p.qualifications[0] == \"hnte\"";
    case 21:
      return "p.district" + pick({".startsWith(\"31\")", ".matches(\"^.1\")", " == \"310117\"", ".endsWith(\"7\")"});
    case 22:
      return "under(p.industry, " + pick({"\"39\"", "\"C\"", "\"3921\"", "\"4\""}) + ")";
    case 23:
      return pick({"p.abnormal_list", "!p.abnormal_list", "p.abnormal_list == false", "p.abnormal_list != true"});
    case 24:
      return pick({"has(p.employees)", "!has(p.industry)", "has(p.qualifications)", "!has(p.abnormal_list)"});
    case 25:
      return "p.employees" + comparison() + "p.listed_year - 2000";
    case 26:
      return "100 / p.employees" + comparison() + "3";
    case 27:
      return "(p.abnormal_list ? p.employees > " + number + " : p.rd_ratio > 0.1)";
    case 28:
      return "p.listed_year" + comparison() + year;
    case 29:
      return pick({"true", "false", "1 < 2"});
    case 30:
      return "p.size_class + p.industry == \"small3921\"";
    case 31:
      return "(p.employees < 3 || p.employees > " + number + ")";
    case 32:
      return "p.established >= asof - duration(\"" + std::to_string(below(60)) + "000h\")";
    default:
      return "p.industry in [\"3921\", \"C\"]";
  }
}

std::string RandomRules::tree(int depth) {
  if (depth == 0 || chance(25)) return chance(10) ? "!(" + leaf() + ")" : leaf();
  const std::string sign = chance(55) ? " && " : " || ";
  std::string text = "(" + tree(depth - 1);
  for (int more = 1 + below(3); more > 0; --more) text += sign + tree(depth - 1);
  return (chance(10) ? "!" : "") + text + ")";
}

Rule RandomRules::rule() {
  std::string text;
  if (chance(50)) {
    // What policy is mostly like: conditions, all of which must hold.
    text = leaf();
    for (int more = below(7); more > 0; --more) text += " && " + (chance(20) ? tree(1) : leaf());
  } else {
    text = tree(1 + below(4));
  }
  std::vector<ManualCondition> manual;
  if (chance(25)) manual.push_back({"reviewed", "经评审"});
  if (chance(15)) manual.push_back({"inspected", "经核查"});
  // Some say where the manual condition stands.
  if (!manual.empty() && chance(50))
    text = "(" + text + ")" + pick({" && ", " || "}) + "(" + leaf() + pick({" && ", " || "}) + "manual.reviewed)";
  if (text.find("manual.reviewed") != std::string::npos && manual[0].name != "reviewed") manual.push_back({"reviewed", "经评审"});
  CompiledRule compiled = Rule::compile(language(), text, std::move(manual));
  if (!compiled) throw std::runtime_error(text + ": " + compiled.diagnostics[0].message_en);
  return *compiled.rule;
}

Enterprise World::enterprise() {
  Enterprise made;
  const Dictionary& dictionary = language()->dictionary();
  made.slots.resize(dictionary.size());
  const auto set = [&](const char* name, const RawValue& raw) {
    if (random.chance(25)) return;
    const Attribute& attribute = *dictionary.find(name);
    const Reading reading = dictionary.read(attribute, raw, *made.arena);
    if (reading.mistake) throw std::runtime_error(reading.mistake->message_en);
    made.slots[attribute.slot] = reading.value;
  };
  const auto word = [&](std::initializer_list<std::string_view> words) {
    return RawValue::of(words.begin()[random.below(static_cast<int>(words.size()))]);
  };
  const auto number = [](std::int64_t value) { return RawValue::of(value); };
  set("size_class", word({"large", "medium", "small", "micro"}));
  set("employees", number(random.chance(5) ? 100'000 : random.below(40)));
  set("taxable_income", number(random.chance(20) ? 5'000'000'000 : random.below(600) - 100));
  set("rd_ratio", RawValue::of(random.below(21) / 20.0));
  const std::string date =
      std::to_string(1995 + random.below(35)) + "-0" + std::to_string(1 + random.below(9)) + "-" + std::to_string(10 + random.below(18));
  set("established", RawValue::of(std::string_view(date)));
  std::vector<std::string_view> qualifications;
  for (const std::string_view each : {"hnte", "tsme", "srdi"})
    if (random.chance(35)) qualifications.push_back(each);
  set("qualifications", RawValue::of(std::span<const std::string_view>(qualifications)));
  const std::string district = std::to_string(random.chance(5) ? 100'000 + random.below(800'000) : 310'110 + random.below(10));
  const Attribute& open = *dictionary.find("district");
  if (random.chance(75)) made.slots[open.slot] = Value::string(made.arena->copy(district));
  set("industry", word({"C", "3921"}));
  set("abnormal_list", RawValue::of(random.chance(30)));
  set("listed_year", number(random.chance(20) ? 0 : 1990 + random.below(37)));
  if (random.chance(50)) made.determinations.push_back({"reviewed", random.chance(60)});
  if (random.chance(40)) made.determinations.push_back({"inspected", random.chance(60)});
  return made;
}

void World::set_rule(RuleId id) {
  const Rule rule = random.rule();
  rules.insert_or_assign(id, rule);
  engine.set_rule(id, rule);
}

void World::remove_rule(RuleId id) {
  rules.erase(id);
  engine.remove_rule(id);
}

void World::set_profile(ProfileId id) {
  Enterprise made = enterprise();
  if (const auto mistake = engine.set_profile(id, made.slots, made.determinations)) throw std::runtime_error(mistake->message_en);
  profiles.insert_or_assign(id, std::move(made));
}

void World::remove_profile(ProfileId id) {
  profiles.erase(id);
  engine.remove_profile(id);
}

Verdict World::decide(const Rule& rule, const Enterprise& enterprise, Value asof) const {
  cel::Arena arena;
  return matching::decide(rule, enterprise.slots, enterprise.determinations, asof, arena);
}

Verdicts World::decide_all(Value asof) const {
  Verdicts verdicts;
  for (const auto& [rule_id, rule] : rules)
    for (const auto& [profile_id, profile] : profiles) {
      const Verdict verdict = decide(rule, profile, asof);
      if (verdict != Verdict::ineligible) verdicts[{rule_id, profile_id}] = verdict;
    }
  return verdicts;
}

}  // namespace zhida::matching::engine::test
