#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace zhida::domain {

/// One thing wrong with what somebody sent; becomes a member of `errors` in a problem+json answer.
struct FieldError {
  std::string pointer;    ///< RFC 6901 pointer into the body; "" is the body itself
  std::string code;       ///< stable word: required, type, enum, date, range, length, order, host, …
  std::string detail;     ///< English sentence
  std::string detail_zh;  ///< the same in Chinese

  friend bool operator==(const FieldError&, const FieldError&) = default;
};

using FieldErrors = std::vector<FieldError>;

/// A value, or everything that is wrong with the text it was read from.
template <class T>
using Checked = boost::system::result<T, FieldErrors>;

/// Lets `Checked<T>::value()` throw: whoever calls it claims that there is a value.
[[noreturn]] inline void throw_exception_from_error(const FieldErrors& errors, const boost::source_location&) {
  throw std::runtime_error(errors.empty() ? "no value" : errors.front().pointer + ": " + errors.front().detail);
}

}  // namespace zhida::domain
