#include "cel/reference_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

namespace zhida::cel::test {
namespace {

constexpr Wide second = 1'000'000'000;

/// What the reference does not know or does not care to do.
struct Refusal {};

Reference failed() { return {Failed{}}; }
Reference missing() { return {Missing{}}; }

bool equal_values(const Reference& a, const Reference& b) {
  if (a.content.index() != b.content.index()) return false;
  if (const auto* const list = std::get_if<ReferenceList>(&a.content)) {
    const auto& other = std::get<ReferenceList>(b.content);
    if (list->size() != other.size()) return false;
    for (std::size_t i = 0; i < list->size(); ++i)
      if (!equal_values((*list)[i], other[i])) return false;
    return true;
  }
  return std::visit(
      [&](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, ReferenceList>) {
          return false;
        } else {
          return x == std::get<T>(b.content);
        }
      },
      a.content);
}

/// Less than; for NaN always false.
bool less(const Reference& a, const Reference& b) {
  return std::visit(
      [&](const auto& x) -> bool {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, double> ||
                      std::is_same_v<T, std::string> || std::is_same_v<T, Instant> || std::is_same_v<T, Span128>) {
          return x < std::get<T>(b.content);
        } else {
          throw std::logic_error("no order");
        }
      },
      a.content);
}

Reference integer(Wide value) {
  if (value < INT64_MIN || value > INT64_MAX) return failed();
  return {static_cast<std::int64_t>(value)};
}

Reference instant(Wide nanos) {
  const Wide first = -62'135'596'800 * second, end = 253'402'300'800 * second;
  return nanos >= first && nanos < end ? Reference{Instant{nanos}} : failed();
}

Reference span(Wide nanos) {
  // Whole seconds, rounded down, lie within ±315,576,000,000.
  const Wide seconds = nanos >= 0 ? nanos / second : -((-nanos + second - 1) / second);
  return seconds >= -315'576'000'000 && seconds <= 315'576'000'000 ? Reference{Span128{nanos}} : failed();
}

Reference arithmetic(NodeKind kind, const Reference& a, const Reference& b) {
  if (const auto* const x = std::get_if<std::int64_t>(&a.content)) {
    const Wide left = *x, right = std::get<std::int64_t>(b.content);
    if (kind == NodeKind::add) return integer(left + right);
    if (kind == NodeKind::subtract) return integer(left - right);
    if (kind == NodeKind::multiply) return integer(left * right);
    if (right == 0) return failed();
    // -2^63 % -1 is 0 on paper; CEL's implementations call it an overflow as the division is.
    if (left == INT64_MIN && right == -1) return failed();
    return integer(kind == NodeKind::divide ? left / right : left % right);
  }
  if (const auto* const x = std::get_if<double>(&a.content)) {
    const double right = std::get<double>(b.content);
    if (kind == NodeKind::add) return {*x + right};
    if (kind == NodeKind::subtract) return {*x - right};
    return {kind == NodeKind::multiply ? *x * right : *x / right};
  }
  if (const auto* const x = std::get_if<std::string>(&a.content)) return {*x + std::get<std::string>(b.content)};
  if (const auto* const x = std::get_if<ReferenceList>(&a.content)) {
    ReferenceList joined = *x;
    for (const Reference& element : std::get<ReferenceList>(b.content)) joined.push_back(element);
    return {joined};
  }
  const int sign = kind == NodeKind::add ? 1 : -1;
  if (const auto* const x = std::get_if<Instant>(&a.content)) {
    if (const auto* const y = std::get_if<Instant>(&b.content)) {
      const Wide between = x->nanos - y->nanos;
      return between < INT64_MIN || between > INT64_MAX ? failed() : span(between);
    }
    return instant(x->nanos + sign * std::get<Span128>(b.content).nanos);
  }
  const Wide left = std::get<Span128>(a.content).nanos;
  if (const auto* const y = std::get_if<Instant>(&b.content)) return instant(left + y->nanos);
  return span(left + sign * std::get<Span128>(b.content).nanos);
}

std::int64_t characters(const std::string& text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

double as_double(const Reference& value) {
  if (const auto* const whole = std::get_if<std::int64_t>(&value.content)) return static_cast<double>(*whole);
  return std::get<double>(value.content);
}

/// Only the functions that random trees use.
Reference call(std::string_view name, const std::vector<Reference>& arguments, Type result) {
  const Reference& first = arguments.at(0);
  const auto text = [&](std::size_t i) -> const std::string& { return std::get<std::string>(arguments.at(i).content); };
  if (name == "size") {
    if (const auto* const list = std::get_if<ReferenceList>(&first.content)) return {static_cast<std::int64_t>(list->size())};
    return {characters(text(0))};
  }
  if (name == "startsWith") return {text(0).substr(0, text(1).size()) == text(1)};
  if (name == "endsWith") return {text(0).size() >= text(1).size() && text(0).substr(text(0).size() - text(1).size()) == text(1)};
  if (name == "contains") return {text(0).find(text(1)) != std::string::npos};
  if (name == "int" && std::holds_alternative<double>(first.content)) {
    const double value = std::trunc(std::get<double>(first.content));
    return value > -9223372036854775808.0 && value < 9223372036854775808.0 ? Reference{static_cast<std::int64_t>(value)} : failed();
  }
  if (name == "double" && std::holds_alternative<std::int64_t>(first.content)) return {as_double(first)};
  if (name == "string" && std::holds_alternative<std::int64_t>(first.content))
    return {std::to_string(std::get<std::int64_t>(first.content))};
  if (name == "timestamp" && std::holds_alternative<std::int64_t>(first.content))
    return instant(std::get<std::int64_t>(first.content) * second);
  if (name == "math.abs" && result.is(Kind::integer)) {
    const Wide value = std::get<std::int64_t>(first.content);
    return integer(value < 0 ? -value : value);
  }
  if ((name == "math.least" || name == "math.greatest") && !std::holds_alternative<ReferenceList>(first.content)) {
    Reference best = first;
    for (const Reference& next : arguments) {
      const bool smaller = result.is(Kind::real) ? as_double(next) < as_double(best) : less(next, best);
      const bool larger = result.is(Kind::real) ? as_double(next) > as_double(best) : less(best, next);
      if (name == "math.least" ? smaller : larger) best = next;
    }
    return result.is(Kind::real) ? Reference{as_double(best)} : best;
  }
  throw Refusal{};
}

class Walk {
 public:
  Walk(const Ast& ast, std::span<const Value> slots, const Value& instant, std::size_t most_steps)
      : ast_(ast), slots_(slots), instant_(instant), left_(most_steps) {}

  Reference node(NodeId id) {
    const Node& node = ast_[id];
    spend(1);
    switch (node.kind) {
      case NodeKind::literal:
        return reference_of(node.value);
      case NodeKind::identifier:
      case NodeKind::select:
        return named(node);
      case NodeKind::has:
        return {!named(ast_[ast_.children(id)[0]]).missing()};
      case NodeKind::logical_and:
      case NodeKind::logical_or:
        return joined(all_children(id), node.kind == NodeKind::logical_or);
      case NodeKind::conditional: {
        const std::vector<Reference> values = all_children(id);
        if (!values[0].known()) return values[0];
        return values[std::get<bool>(values[0].content) ? 1 : 2];
      }
      case NodeKind::all:
      case NodeKind::exists:
      case NodeKind::exists_one:
      case NodeKind::map:
      case NodeKind::filter:
        return macro(id);
      default:
        return strict(id);
    }
  }

 private:
  void spend(std::size_t steps) {
    if (steps > left_) throw Refusal{};
    left_ -= steps;
  }

  Reference named(const Node& node) {
    switch (node.binding) {
      case Binding::slot:
        return node.slot < slots_.size() ? reference_of(slots_[node.slot]) : missing();
      case Binding::instant:
        return reference_of(instant_);
      case Binding::local:
        return locals_.at(node.slot);
      default:
        throw std::logic_error("a name without meaning");
    }
  }

  std::vector<Reference> all_children(NodeId id) {
    std::vector<Reference> values;
    for (const NodeId child : ast_.children(id)) values.push_back(node(child));
    return values;
  }

  /// eval.proto: what decides, then what is missing, then what failed.
  static Reference joined(const std::vector<Reference>& values, bool deciding) {
    bool any_missing = false, any_failed = false;
    for (const Reference& value : values) {
      if (value.known() && std::get<bool>(value.content) == deciding) return {deciding};
      any_missing = any_missing || value.missing();
      any_failed = any_failed || value.failed();
    }
    if (any_missing) return missing();
    return any_failed ? failed() : Reference{!deciding};
  }

  /// eval.proto: elsewhere a failure comes before what is missing.
  static std::optional<Reference> unknown_among(const std::vector<Reference>& values) {
    for (const Reference& value : values)
      if (value.failed()) return failed();
    for (const Reference& value : values)
      if (value.missing()) return missing();
    return std::nullopt;
  }

  Reference strict(NodeId id) {
    const Node& node = ast_[id];
    const std::vector<Reference> values = all_children(id);
    if (const auto unknown = unknown_among(values)) return *unknown;
    switch (node.kind) {
      case NodeKind::list:
        return {values};
      case NodeKind::logical_not:
        return {!std::get<bool>(values[0].content)};
      case NodeKind::negate:
        if (const auto* const real = std::get_if<double>(&values[0].content)) return {-*real};
        return integer(-static_cast<Wide>(std::get<std::int64_t>(values[0].content)));
      case NodeKind::equal:
        return {equal_values(values[0], values[1])};
      case NodeKind::not_equal:
        return {!equal_values(values[0], values[1])};
      case NodeKind::less:
        return {less(values[0], values[1])};
      case NodeKind::less_equal:
        return {less(values[0], values[1]) || equal_values(values[0], values[1])};
      case NodeKind::greater:
        return {less(values[1], values[0])};
      case NodeKind::greater_equal:
        return {less(values[1], values[0]) || equal_values(values[0], values[1])};
      case NodeKind::in: {
        const auto& list = std::get<ReferenceList>(values[1].content);
        spend(list.size());
        return {std::ranges::any_of(list, [&](const Reference& element) { return equal_values(element, values[0]); })};
      }
      case NodeKind::index: {
        const auto& list = std::get<ReferenceList>(values[0].content);
        const std::int64_t at = std::get<std::int64_t>(values[1].content);
        return at < 0 || at >= static_cast<std::int64_t>(list.size()) ? failed() : list[static_cast<std::size_t>(at)];
      }
      case NodeKind::call:
        return call(node.name, values, node.type);
      default: {
        Reference result = arithmetic(node.kind, values[0], values[1]);
        if (const auto* const list = std::get_if<ReferenceList>(&result.content)) spend(list->size());
        if (const auto* const text = std::get_if<std::string>(&result.content)) spend(text->size() / 16);
        return result;
      }
    }
  }

  Reference macro(NodeId id) {
    const Node& node = ast_[id];
    const auto children = ast_.children(id);
    const Reference range = this->node(children[0]);
    if (!range.known()) return range;
    const auto& elements = std::get<ReferenceList>(range.content);
    std::vector<Reference> bodies, conditions;
    const Reference hidden = locals_[node.slot];
    for (const Reference& element : elements) {
      locals_[node.slot] = element;
      // map with a condition: where that does not hold the body counts for nothing, even if it fails.
      if (children.size() == 3) {
        conditions.push_back(this->node(children[1]));
        const bool counts = conditions.back().known() && std::get<bool>(conditions.back().content);
        bodies.push_back(counts ? this->node(children[2]) : Reference{false});
      } else {
        bodies.push_back(this->node(children[1]));
      }
    }
    locals_[node.slot] = hidden;
    if (node.kind == NodeKind::all || node.kind == NodeKind::exists) return joined(bodies, node.kind == NodeKind::exists);
    std::vector<Reference> judged = conditions;
    judged.insert(judged.end(), bodies.begin(), bodies.end());
    if (const auto unknown = unknown_among(judged)) return *unknown;
    const std::vector<Reference>& holds = children.size() == 3 ? conditions : bodies;
    ReferenceList chosen;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const bool all = node.kind == NodeKind::map && children.size() == 2;
      if (all || std::get<bool>(holds[i].content)) chosen.push_back(node.kind == NodeKind::map ? bodies[i] : elements[i]);
    }
    if (node.kind == NodeKind::exists_one) return {chosen.size() == 1};
    return {chosen};
  }

  const Ast& ast_;
  std::span<const Value> slots_;
  Value instant_;
  std::size_t left_;
  std::map<std::uint32_t, Reference> locals_;
};

std::string nanos_text(Wide nanos) {
  const bool minus = nanos < 0;
  std::string digits;
  for (Wide rest = minus ? -nanos : nanos; rest > 0 || digits.empty(); rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  return (minus ? "-" : "") + digits + "ns";
}

}  // namespace

Reference reference_of(const Value& value) {
  switch (value.kind()) {
    case Kind::missing:
      return missing();
    case Kind::error:
      return failed();
    case Kind::boolean:
      return {value.as_boolean()};
    case Kind::integer:
      return {value.as_integer()};
    case Kind::real:
      return {value.as_real()};
    case Kind::string:
      return {std::string(value.as_string())};
    case Kind::timestamp:
      return {Instant{value.seconds() * second + value.nanos()}};
    case Kind::duration:
      return {Span128{value.seconds() * second + value.nanos()}};
    case Kind::list: {
      ReferenceList list;
      for (const Value& element : value.as_list()) list.push_back(reference_of(element));
      return {list};
    }
  }
  return missing();
}

bool same(const Reference& a, const Reference& b) {
  if (a.content.index() != b.content.index()) return false;
  if (const auto* const real = std::get_if<double>(&a.content); real && std::isnan(*real)) return std::isnan(std::get<double>(b.content));
  if (const auto* const list = std::get_if<ReferenceList>(&a.content))
    return std::ranges::equal(*list, std::get<ReferenceList>(b.content), [](const Reference& x, const Reference& y) { return same(x, y); });
  return equal_values(a, b);
}

std::string to_string(const Reference& value) {
  return std::visit(
      [](const auto& x) -> std::string {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, Missing>) {
          return "missing";
        } else if constexpr (std::is_same_v<T, Failed>) {
          return "error";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return "\"" + x + "\"";
        } else if constexpr (std::is_same_v<T, Instant> || std::is_same_v<T, Span128>) {
          return nanos_text(x.nanos);
        } else if constexpr (std::is_same_v<T, ReferenceList>) {
          std::string text = "[";
          for (const Reference& element : x) text += to_string(element) + ", ";
          return text + "]";
        } else if constexpr (std::is_same_v<T, bool>) {
          return x ? "true" : "false";
        } else {
          return std::to_string(x);
        }
      },
      value.content);
}

std::optional<Reference> evaluate_reference(const Ast& ast, std::span<const Value> slots, const Value& instant, std::size_t most_steps) {
  try {
    return Walk(ast, slots, instant, most_steps).node(ast.root());
  } catch (const Refusal&) {
    return std::nullopt;
  }
}

}  // namespace zhida::cel::test
