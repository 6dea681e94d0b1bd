#pragma once

#include "cel/environment.hpp"
#include "matching/dictionary.hpp"

#include <memory>

namespace zhida::matching {

/// What rules are written in: the attributes as `p.<name>`, the evaluation date `asof`, the registered functions.
/// Shared by every rule checked against it.
class Language {
 public:
  Language(std::shared_ptr<const Dictionary> dictionary, cel::Registry registry);
  Language(const Language&) = delete;

  const Dictionary& dictionary() const { return *dictionary_; }
  const cel::Environment& environment() const { return environment_; }

 private:
  std::shared_ptr<const Dictionary> dictionary_;
  cel::Environment environment_;
};

}  // namespace zhida::matching
