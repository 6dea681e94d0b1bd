#pragma once

#include "contracts/json.hpp"
#include "domain/policy/check.hpp"
#include "matching/engine/findings.hpp"
#include "page/checkup/subject.hpp"
#include "page/shelf.hpp"

#include <span>

namespace zhida::page {

/// One item of a check-up as an object that is left open: verdict, window, what is missing, what fails, what it would bring.
void begin_item(contracts::JsonWriter& writer, const Offer& offer, const policy::ItemCheck& check, const CheckedSubject& subject,
                domain::Date asof, cel::Arena& arena);

/// The member `tree`: all conditions of the rule as they are joined, each with its value, limit, state and source.
void write_tree(contracts::JsonWriter& writer, const Offer& offer, const policy::ItemCheck& check, const CheckedSubject& subject,
                domain::Date asof, cel::Arena& arena);

/// Nobody answers more at a time.
inline constexpr std::size_t most_questions = 10;

/// The array of questions: missing attributes, those first whose values would settle most items.
void write_questions(contracts::JsonWriter& writer, std::span<const matching::engine::Question> questions,
                     const matching::Dictionary& dictionary);

/// A value as clients send it: dates as YYYY-MM-DD, lists as arrays, nothing as null.
void write_value(contracts::JsonWriter& writer, const cel::Value& value);

}  // namespace zhida::page
