#pragma once

#include <stdexcept>

namespace zhida::log {

/// What is stored cannot be used as this log; `what()` is a sentence for the operator.
class OpenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace zhida::log
