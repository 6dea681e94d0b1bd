#include "standalone/client/rule_check.hpp"

#include "domain/policy/sentence.hpp"
#include "matching/rule.hpp"
#include "schemas/files.hpp"
#include "standalone/client/api_client.hpp"
#include "stores/reference/reference_data.hpp"

#include <fmt/format.h>

#include <iostream>
#include <iterator>

namespace zhida::standalone {

void check_rule(const std::string& text) {
  const std::string source = text == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : text;
  const auto reference = stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  const matching::CompiledRule compiled = matching::Rule::compile(reference.language, source);
  if (!compiled) {
    std::string mistakes = "the rule does not check";
    for (const cel::Diagnostic& diagnostic : compiled.diagnostics)
      mistakes += fmt::format("\n  line {}, column {}: {}\n                    {}", diagnostic.line, diagnostic.column,
                              diagnostic.message_en, diagnostic.message_zh);
    throw CommandFailed(mistakes);
  }
  fmt::print("{}\n{}\n", compiled.rule->normalised(), policy::rule_zh(*compiled.rule, reference.regions));
  for (const std::uint32_t slot : compiled.rule->slots()) {
    const matching::Attribute& attribute = (*reference.dictionary)[slot];
    fmt::print("  p.{:<28} {}\n", attribute.name, attribute.label_zh);
  }
}

}  // namespace zhida::standalone
