#pragma once

#include "chaos/system.hpp"
#include "chaos/witness.hpp"

#include <atomic>
#include <chrono>
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

  /// An approved campaign for `list`, ready to be launched; nothing if the system could not take it. 0 s: it does not
  /// expire. For whoever sees to it that nothing else goes wrong meanwhile.
  std::optional<std::string> approved(const std::vector<std::string>& list, const std::string& lane, std::chrono::seconds lifetime = {});
  /// Whether it was launched, paused, cancelled.
  bool launch(const std::string& id);
  bool pause(const std::string& id) { return command(id, "pause", "operator"); }
  bool cancel(const std::string& id) { return command(id, "cancel", "operator"); }
  /// Until it goes on, or has ended.
  void end_pause(const std::string& id);
  const std::vector<std::string>& enterprises() const { return usccs_; }

 private:
  using Random = std::mt19937_64;
  struct Body {
    std::string lane, valid_until = "2035-12-31";
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
  /// What was acknowledged is read at once, through any process; a wrong answer is noted.
  void read_campaign(const std::string& id, const std::string& verb);
  void read_item(const std::string& id);
  void read_profile(const std::string& uscc, std::int64_t employees);
  void contradicts(std::string what);

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
