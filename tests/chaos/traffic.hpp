#pragma once

#include "chaos/system.hpp"
#include "chaos/witness.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace zhida::chaos {

/// Operators, visitors and the data centre, at work whatever happens to the system. What they are told goes to the witness.
class Traffic {
 public:
  /// Publishes an item, a package and the enterprises, undisturbed. Throws std::runtime_error if a step is refused.
  Traffic(System& system, Witness& witness, std::uint64_t seed, std::size_t enterprises);
  ~Traffic() { stop(); }

  /// Two operators, a visitor and the data centre begin.
  void start();
  /// Each finishes what it does; paused campaigns go on.
  void stop();

  /// An approved campaign for `list`, ready to be launched; nothing if the system could not take it.
  std::optional<std::string> approved(const std::vector<std::string>& list, const std::string& lane);
  /// Whether it was launched.
  bool launch(const std::string& id);
  const std::vector<std::string>& enterprises() const { return usccs_; }

 private:
  using Random = std::mt19937_64;
  struct Body {
    std::string package = "chaos", lane, valid_until = "2035-12-31";
    Pushed pushed;
  };

  void operate(Random random);
  void visit(Random random);
  void supply(Random random);

  void push(Random& random);
  std::optional<std::string> approved(const Body& body);
  /// A package with an item of its own; the item's id.
  std::optional<std::string> separate_package(const std::string& name);
  bool command(const std::string& id, const std::string& verb, const std::string& role, const std::string& body = "");
  bool put(const std::string& kind, const std::string& route, const std::string& id, const std::string& body);
  void end_pause(const std::string& id);

  /// Until somebody answers anything but a 5xx, or a minute has passed.
  std::optional<test::Answer> patient(http::Verb verb, const std::string& target, const std::string& role, const std::string& body,
                                      const test::HeaderList& headers = {});
  std::optional<test::Answer> once(http::Verb verb, const std::string& target, const std::string& role, const std::string& body = "",
                                   const test::HeaderList& headers = {});
  void rest(std::chrono::milliseconds time) const;
  std::vector<std::string> some(Random& random, std::size_t count) const;

  System& system_;
  Witness& witness_;
  std::uint64_t seed_;
  std::vector<std::string> usccs_;
  std::string item_;  ///< JSON of an item for individuals
  std::atomic<bool> running_{false};
  std::atomic<std::uint64_t> serial_{0};
  std::vector<std::thread> threads_;
};

}  // namespace zhida::chaos
