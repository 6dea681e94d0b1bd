#pragma once

#include "platform/http/request.hpp"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace zhida::http {

// Query parameters. What is wrong with one is said with its name, as 422.

/// Throws `Refused` with 422 and one error, whose pointer is `?name`.
[[noreturn]] void refuse_parameter(std::string_view name, std::string code, std::string detail, std::string detail_zh);

/// Throws `Refused` for a parameter that is none of `names`, and for one that stands twice: ignored it would seem to hold.
void require_only(const Request& request, std::initializer_list<std::string_view> names);

/// A whole number from `least` to `most`; nothing if it is absent. Throws `Refused` for anything else.
std::optional<std::size_t> number_parameter(const Request& request, std::string_view name, std::size_t least, std::size_t most);

/// How much of a list an answer holds: `limit`, 1 to 1000; 50 if it is absent.
std::size_t limit_parameter(const Request& request);

/// A filter that is one of `words`: its index; nothing if it is absent or empty. Throws `Refused` with all words for another one.
std::optional<std::size_t> word_parameter(const Request& request, std::string_view name, std::span<const std::string_view> words);

}  // namespace zhida::http
