#include "bench/matching/cel_workload.hpp"

#include "matching/date.hpp"

#include <cstdio>
#include <stdexcept>

namespace zhida::bench {
namespace {

std::chrono::sys_days day(std::int32_t days) { return std::chrono::sys_days(std::chrono::year(1980) / 1 / 1) + std::chrono::days(days); }

std::string word(std::int32_t number) { return "w" + std::to_string(number); }

std::string digits(std::int32_t number, int length) {
  char text[16];
  std::snprintf(text, sizeof text, "%0*d", length, number);
  return text;
}

const char* type_name(Type type) {
  switch (type) {
    case Type::word:
    case Type::code:
      return "string";
    case Type::number:
      return "int";
    case Type::date:
      return "timestamp";
    case Type::tags:
      return "list<string>";
    default:
      return "bool";
  }
}

std::string list_of(const std::vector<std::int32_t>& values) {
  std::string text = "[";
  for (const std::int32_t value : values) text += (text.size() > 1 ? ", \"" : "\"") + word(value) + "\"";
  return text + "]";
}

std::string to_cel(const Predicate& predicate, const std::vector<Attribute>& attributes) {
  const Attribute& attribute = attributes[predicate.attribute];
  const std::string name = "p." + attribute.name;
  const auto value = [&](std::size_t i) {
    if (attribute.type != Type::date) return std::to_string(predicate.values[i]);
    return "timestamp(\"" + matching::format_date(day(predicate.values[i])) + "T00:00:00+08:00\")";
  };
  switch (predicate.op) {
    case Operator::in:
      return name + " in " + list_of(predicate.values);
    case Operator::not_in:
      return "!(" + name + " in " + list_of(predicate.values) + ")";
    case Operator::prefix: {
      std::string text;
      for (const std::int32_t packed : predicate.values)
        text += (text.empty() ? "" : " || ") + name + ".startsWith(\"" + digits(packed / 10, packed % 10) + "\")";
      return predicate.values.size() > 1 ? "(" + text + ")" : text;
    }
    case Operator::at_least:
      return name + " >= " + value(0);
    case Operator::at_most:
      return name + " <= " + value(0);
    case Operator::between:
      return name + " >= " + value(0) + " && " + name + " <= " + value(1);
    case Operator::any:
      return name + ".exists(t, t in " + list_of(predicate.values) + ")";
    case Operator::none:
      return "!" + name + ".exists(t, t in " + list_of(predicate.values) + ")";
    case Operator::all:
      return list_of(predicate.values) + ".all(t, t in " + name + ")";
    case Operator::is_true:
      return name;
    case Operator::is_false:
      return "!" + name;
  }
  return "";
}

}  // namespace

std::shared_ptr<const matching::Language> make_language(const std::vector<Attribute>& attributes) {
  std::string csv = "name,type,unit,values,signed,label_zh,label_en,question_zh,source_zh,sensitivity,per,aliases,note\n";
  for (const Attribute& attribute : attributes) {
    std::string words;
    if (attribute.type == Type::word || attribute.type == Type::tags)
      for (std::int32_t i = 0; i <= attribute.greatest; ++i) words += (words.empty() ? "" : ";") + word(i) + "=" + std::to_string(i);
    csv += attribute.name + "," + type_name(attribute.type) + ",," + words + "," + (attribute.type == Type::number ? "yes" : "") + "," +
           attribute.name + "," + attribute.name + ",,,public,current,,\n";
  }
  const auto parsed = matching::Dictionary::parse(csv, {});
  if (!parsed.dictionary) throw std::runtime_error(parsed.error);
  return std::make_shared<const matching::Language>(parsed.dictionary, cel::Registry());
}

std::string to_cel(const Rule& rule, const Rules& rules, const std::vector<Attribute>& attributes) {
  std::string text;
  for (const Term& term : rule.terms) {
    std::string any;
    for (const Group& group : term) {
      std::string together;
      for (const std::uint32_t number : group) together += (together.empty() ? "" : " && ") + to_cel(rules.predicates[number], attributes);
      any += (any.empty() ? "" : " || ") + (group.size() > 1 && term.size() > 1 ? "(" + together + ")" : together);
    }
    text += (text.empty() ? "" : " && ") + (term.size() > 1 ? "(" + any + ")" : any);
  }
  return text;
}

Slots::Slots(const std::vector<Attribute>& attributes) : attributes_(attributes), slots_(attributes.size()), lists_(attributes.size()) {
  for (std::int32_t i = 0; i < 512; ++i) words_.push_back(word(i));
  for (std::int32_t i = 0; i < 10'000; ++i) codes_.push_back(digits(i, 4));
}

std::span<const cel::Value> Slots::fill(const Profiles& profiles, std::size_t profile) {
  using cel::Value;
  for (std::size_t i = 0; i < attributes_.size(); ++i) {
    const std::int32_t value = profiles.columns[i][profile];
    slots_[i] = Value();
    if (value == missing) continue;
    switch (attributes_[i].type) {
      case Type::word:
        slots_[i] = Value::string(words_[static_cast<std::size_t>(value)]);
        break;
      case Type::code:
        slots_[i] = Value::string(codes_[static_cast<std::size_t>(value)]);
        break;
      case Type::number:
        slots_[i] = Value::integer(value);
        break;
      case Type::date:
        slots_[i] = matching::midnight(day(value));
        break;
      case Type::boolean:
        slots_[i] = Value::boolean(value != 0);
        break;
      case Type::tags:
        lists_[i].clear();
        for (std::uint32_t at = profiles.offsets[i][profile]; at < profiles.offsets[i][profile + 1]; ++at)
          lists_[i].push_back(Value::string(words_[profiles.tags[i][at]]));
        slots_[i] = Value::list(lists_[i]);
    }
  }
  return slots_;
}

}  // namespace zhida::bench
