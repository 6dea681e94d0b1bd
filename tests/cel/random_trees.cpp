#include "cel/random_trees.hpp"

#include <limits>

namespace zhida::cel::test {
namespace {

struct NamedType {
  const char* prefix;
  Type type;
};
constexpr NamedType named_types[] = {{"b", boolean_type},   {"i", integer_type},  {"d", real_type},           {"s", string_type},
                                     {"t", timestamp_type}, {"u", duration_type}, {"li", {Kind::integer, 1}}, {"ls", string_list_type}};
constexpr std::uint32_t fields_of_a_type = 2;

}  // namespace

const Environment& plain_environment() {
  static const Environment shared = [] {
    Environment made{Registry()};
    std::uint32_t slot = 0;
    for (const NamedType& named : named_types)
      for (std::uint32_t i = 0; i < fields_of_a_type; ++i) made.add_field("p", {named.prefix + std::to_string(i), named.type, slot++});
    made.set_instant("asof");
    return made;
  }();
  return shared;
}

RandomSlots RandomTrees::slots() {
  RandomSlots slots;
  for (const NamedType& named : named_types)
    for (std::uint32_t i = 0; i < fields_of_a_type; ++i) {
      if (below(3) == 0) {
        slots.values.push_back(Value::missing());
      } else if (named.type.is_list()) {
        auto list = std::make_shared<std::vector<Value>>();
        for (std::size_t count = below(4); count > 0; --count) list->push_back(value(named.type.scalar));
        slots.values.push_back(Value::list(*list));
        slots.lists.push_back(std::move(list));
      } else {
        slots.values.push_back(value(named.type.scalar));
      }
    }
  return slots;
}

Value RandomTrees::value(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return Value::boolean(below(2) == 0);
    case Kind::integer:
      if (below(8) == 0)
        return Value::integer(below(2) == 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max());
      return Value::integer(static_cast<std::int64_t>(below(7)) - 3);
    case Kind::real: {
      // No NaN: facts are JSON numbers. Expressions make theirs, such as the difference of two infinities.
      static constexpr double reals[] = {0.0, -0.0, 0.5, 1.0, -2.5, 1e300, std::numeric_limits<double>::infinity()};
      return Value::real(reals[below(std::size(reals))]);
    }
    case Kind::string:
      return Value::string(one_of({"", "a", "ab", "b", "松江", "松"}));
    case Kind::timestamp:
      return Value::timestamp(static_cast<std::int64_t>(below(5)) * 86'400 * 36'500, static_cast<std::uint32_t>(below(2)) * 500'000'000);
    default:
      return Value::duration((static_cast<std::int64_t>(below(5)) - 2) * 100'000'000'000, static_cast<std::uint32_t>(below(2)) * 1);
  }
}

Type RandomTrees::scalar() { return named_types[below(6)].type; }

std::string RandomTrees::field(Type type) {
  for (const NamedType& named : named_types)
    if (named.type == type) return std::string("p.") + named.prefix + std::to_string(below(fields_of_a_type));
  return "";
}

std::string RandomTrees::leaf(Type type) {
  std::vector<std::string> names;
  for (const Local& local : locals_)
    if (local.type == type) names.push_back(local.name);
  if (!names.empty() && below(2) == 0) return names[below(names.size())];
  if (below(2) == 0) {
    const std::string name = field(type);
    if (!name.empty()) return name;
  }
  // Whether an empty list holds instants or durations may stay open, so none is made of them.
  const bool open = type.scalar == Kind::timestamp || type.scalar == Kind::duration;
  if (type.is_list())
    return !open && below(4) == 0 ? "[]" : "[" + leaf(type.element()) + (below(2) == 0 ? "" : ", " + leaf(type.element())) + "]";
  switch (type.scalar) {
    case Kind::boolean:
      return below(3) == 0 ? "has(" + field(scalar()) + ")" : one_of({"true", "false"});
    case Kind::integer:
      return one_of({"0", "1", "2", "-1", "3", "9223372036854775807", "-9223372036854775808"});
    case Kind::real:
      return one_of({"0.0", "0.5", "-1.5", "1e300", "2.0"});
    case Kind::string:
      return one_of({"\"\"", "\"a\"", "'ab'", "\"松江\"", "\"\\n\\\"\""});
    case Kind::timestamp:
      return below(3) == 0 ? "asof"
                           : one_of({"timestamp(\"2024-12-31T00:00:00+08:00\")", "timestamp(\"1970-01-01T00:00:00.5Z\")",
                                     "timestamp(\"9999-12-31T23:59:59Z\")"});
    default:
      return one_of({"duration(\"1h\")", "duration(\"-0.5s\")", "duration(\"300000000000s\")", "duration(\"1ns\")"});
  }
}

std::string RandomTrees::text(Type type, int depth) {
  if (depth <= 0) return leaf(type);
  if (below(10) == 0) return "(" + boolean(depth - 1) + " ? " + text(type, depth - 1) + " : " + text(type, depth - 1) + ")";
  if (failures_ && below(16) == 0) return "((" + text(type.list_of(), depth - 1) + ") + [" + leaf(type) + "])[" + integer(depth - 2) + "]";
  if (type.is_list()) return list(type, depth);
  switch (type.scalar) {
    case Kind::boolean:
      return boolean(depth);
    case Kind::integer:
      return integer(depth);
    case Kind::real:
      return real(depth);
    case Kind::string:
      return string(depth);
    default:
      return time(type, depth);
  }
}

std::string RandomTrees::boolean(int depth) {
  if (depth <= 0) return leaf(boolean_type);
  const auto inner = [&](Type type) { return "(" + text(type, depth - 1) + ")"; };
  switch (below(9)) {
    case 0:
      return "!" + inner(boolean_type);
    case 1:
      return inner(boolean_type) + " && " + inner(boolean_type) + (below(2) == 0 ? "" : " && " + inner(boolean_type));
    case 2:
      return inner(boolean_type) + " || " + inner(boolean_type) + (below(2) == 0 ? "" : " || " + inner(boolean_type));
    case 3: {
      const Type type = below(4) == 0 ? scalar().list_of() : scalar();
      return inner(type) + one_of({" == ", " != "}) + inner(type);
    }
    case 4: {
      const Type type = scalar();
      return inner(type) + one_of({" < ", " <= ", " > ", " >= "}) + inner(type);
    }
    case 5: {
      const Type type = scalar();
      return inner(type) + " in " + inner(type.list_of());
    }
    case 6:
      return inner(string_type) + one_of({".startsWith", ".endsWith", ".contains"}) + inner(string_type);
    case 7:
      return macro(one_of({"all", "exists", "exists_one"}), scalar(), boolean_type, depth);
    default:
      return leaf(boolean_type);
  }
}

std::string RandomTrees::integer(int depth) {
  if (depth <= 0) return leaf(integer_type);
  const auto inner = [&](Type type) { return "(" + text(type, depth - 1) + ")"; };
  switch (below(failures_ ? 8 : 4)) {
    case 0:
      return "size(" + text(string_type, depth - 1) + ")";
    case 1:
      return inner(scalar().list_of()) + ".size()";
    case 2:
      return std::string(one_of({"math.least(", "math.greatest("})) + text(integer_type, depth - 1) + ", " + text(integer_type, depth - 1) +
             ")";
    case 3:
      return leaf(integer_type);
    case 4:
      return "-" + inner(integer_type);
    case 5:
      return "int(" + text(real_type, depth - 1) + ")";
    default:
      return inner(integer_type) + one_of({" + ", " - ", " * ", " / ", " % "}) + inner(integer_type);
  }
}

std::string RandomTrees::real(int depth) {
  const auto inner = [&](Type type) { return "(" + text(type, depth - 1) + ")"; };
  switch (below(4)) {
    case 0:
      return inner(real_type) + one_of({" + ", " - ", " * ", " / "}) + inner(real_type);
    case 1:
      return "-" + inner(real_type);
    case 2:
      return "double(" + text(integer_type, depth - 1) + ")";
    default:
      return leaf(real_type);
  }
}

std::string RandomTrees::string(int depth) {
  switch (below(3)) {
    case 0:
      return "(" + text(string_type, depth - 1) + ") + (" + text(string_type, depth - 1) + ")";
    case 1:
      return "string(" + text(integer_type, depth - 1) + ")";
    default:
      return leaf(string_type);
  }
}

std::string RandomTrees::time(Type type, int depth) {
  if (!failures_) return leaf(type);
  const bool instant = type.is(Kind::timestamp);
  const auto inner = [&](Type wanted) { return "(" + text(wanted, depth - 1) + ")"; };
  switch (below(4)) {
    case 0:
      return inner(type) + one_of({" + ", " - "}) + inner(duration_type);
    case 1:
      return instant ? inner(duration_type) + " + " + inner(type) : inner(timestamp_type) + " - " + inner(timestamp_type);
    default:
      return leaf(type);
  }
}

std::string RandomTrees::list(Type type, int depth) {
  const Type element = type.element();
  switch (below(5)) {
    case 0:
      return "(" + text(type, depth - 1) + ") + (" + text(type, depth - 1) + ")";
    case 1:
      return "[" + text(element, depth - 1) + ", " + text(element, depth - 1) + "]";
    case 2:
      return macro("filter", element, boolean_type, depth);
    case 3:
      return macro("map", scalar(), element, depth);
    default:
      return leaf(type);
  }
}

std::string RandomTrees::macro(const char* name, Type element, Type body, int depth) {
  const std::string range = text(element.list_of(), depth - 1);
  const std::string variable = std::string(1, static_cast<char>('v' + below(3))) + std::to_string(locals_.size());
  locals_.push_back({variable, element});
  std::string inner = text(body, depth - 1);
  if (std::string_view(name) == "map" && below(3) == 0) inner = boolean(depth - 1) + ", " + inner;
  locals_.pop_back();
  return "(" + range + ")." + name + "(" + variable + ", " + inner + ")";
}

}  // namespace zhida::cel::test
