#pragma once

#include "cel/program.hpp"

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace zhida::cel::test {

/// A record `p` with two fields of every type and no vocabularies, and the instant `asof`.
const Environment& plain_environment();

/// Values for the fields of `plain_environment`, some of them missing.
struct RandomSlots {
  std::vector<Value> values;
  std::vector<std::shared_ptr<std::vector<Value>>> lists;  ///< what the lists among them view
};

/// Random well-typed texts over `plain_environment`. The same seed gives the same texts.
class RandomTrees {
 public:
  /// `failures`: whether operations may fail when evaluated (division, overflow, conversions, positions in lists).
  RandomTrees(std::uint64_t seed, bool failures) : random_(seed), failures_(failures) {}

  std::string text(Type type, int depth);
  RandomSlots slots();

 private:
  struct Local {
    std::string name;
    Type type;
  };

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  const char* one_of(std::initializer_list<const char*> choices) { return choices.begin()[below(choices.size())]; }
  std::string leaf(Type type);
  std::string field(Type type);
  std::string boolean(int depth);
  std::string integer(int depth);
  std::string real(int depth);
  std::string string(int depth);
  std::string time(Type type, int depth);
  std::string list(Type type, int depth);
  std::string macro(const char* name, Type element, Type body, int depth);
  Type scalar();
  Value value(Kind kind);

  std::mt19937_64 random_;
  bool failures_;
  std::vector<Local> locals_;
};

}  // namespace zhida::cel::test
