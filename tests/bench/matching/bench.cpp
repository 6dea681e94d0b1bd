#include "bench/matching/bench.hpp"

#include <stdexcept>

namespace zhida::bench {

using namespace matching::engine;

Bench::Bench(const Options& with)
    : options(with),
      report(with.json),
      attributes(make_attributes()),
      rules(make_rules(attributes, with.rules, with.seed)),
      profiles(make_profiles(attributes, std::max<std::size_t>(with.profiles, 2048), with.seed)),
      language(make_language(attributes)),
      engine(language),
      slots(attributes) {}

matching::Rule Bench::compile(const std::string& text) const {
  const auto compiled = matching::Rule::compile(language, text);
  if (!compiled) throw std::runtime_error(text + ": " + compiled.diagnostics[0].message_en);
  return *compiled.rule;
}

void Bench::set_profile(std::size_t id, std::size_t from) {
  if (const auto mistake = engine.set_profile(static_cast<ProfileId>(id), slots.fill(profiles, from)))
    throw std::runtime_error(mistake->message_en);
}

void Bench::load() {
  Stopwatch watch;
  for (std::size_t i = 0; i < rules.rules.size(); ++i) engine.set_rule(static_cast<RuleId>(i), rule(i));
  report.figure("rules compiled and told", watch.seconds() * 1e6 / static_cast<double>(options.rules), "us/rule");
  watch.restart();
  for (std::size_t p = 0; p < profiles.count; ++p) set_profile(p, p);
  report.figure("profiles told", watch.seconds() * 1e6 / static_cast<double>(profiles.count), "us/profile");
  watch.restart();
  engine.publish();
  report.figure("first publish", watch.seconds(), "s");
  epoch = engine.epoch();
}

void Bench::make_prototype() {
  if (Prototype::available()) prototype = std::make_unique<Prototype>(attributes, rules, profiles, options.seed);
}

}  // namespace zhida::bench
