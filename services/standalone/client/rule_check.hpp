#pragma once

#include <string>

namespace zhida::standalone {

/// Prints the rule with negation at its leaves and the attributes it reads; `-` reads the text from standard input.
/// Throws `CommandFailed` with every mistake, its line and column, when the text does not check.
void check_rule(const std::string& text);

}  // namespace zhida::standalone
