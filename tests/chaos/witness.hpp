#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace zhida::chaos {

using Clock = std::chrono::steady_clock;

/// A campaign as its author knows it.
struct Pushed {
  /// Its audience: the list, or everybody whose `org_form` is this.
  std::vector<std::string> list;
  std::string org_form;
  std::string package = "chaos";  ///< its one item is called `<package>-item`
  bool in_calm = false;           ///< nothing went wrong while it ran but what its author did
  bool launched = false;          ///< the launch was acknowledged
};

/// What users were told has happened, and what they saw: none of it may be missing later. For any thread.
class Witness {
 public:
  /// All that was acknowledged so far.
  struct Told {
    std::map<std::string, Pushed> campaigns;                      ///< by id
    std::vector<std::pair<std::string, std::string>> commands;    ///< kind and entity, e.g. `campaign.launch`, `c7`
    std::vector<std::pair<std::string, std::int64_t>> employees;  ///< enterprise and the value that was patched
    std::vector<std::string> engagements;                         ///< ids of events
    std::vector<std::string> outcomes;                            ///< their ids
    std::vector<std::string> wrong;                               ///< answers that contradicted earlier ones, in words
    std::uint64_t read_back = 0;                                  ///< writes that were read at once after they had been acknowledged
    std::uint64_t answers = 0, refused = 0;                       ///< requests that were answered, and those that were not or by a 5xx
  };

  Told told() const {
    const std::scoped_lock lock(mutex_);
    return told_;
  }
  template <class Change>
  void note(Change change) {
    const std::scoped_lock lock(mutex_);
    change(told_);
  }

 private:
  mutable std::mutex mutex_;
  Told told_;
};

}  // namespace zhida::chaos
