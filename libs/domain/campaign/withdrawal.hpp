#pragma once

#include "domain/campaign/audience.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace zhida::campaign {

/// Which items of a campaign's package were withdrawn after it was approved, and to whom that leaves nothing to be pushed.
class Withdrawal {
 public:
  Withdrawal() = default;
  /// `items`: by item of the package, in order, whether it is withdrawn.
  Withdrawal(std::vector<bool> items, const Audience& audience)
      : items_(std::move(items)),
        any_(std::find(items_.begin(), items_.end(), true) != items_.end()),
        all_(!items_.empty() && std::find(items_.begin(), items_.end(), false) == items_.end()),
        wanted_(wanted_verdicts(audience)) {}

  bool any() const { return any_; }
  bool all() const { return all_; }

  /// The items that are gone, numbered from 1, ascending.
  std::vector<std::uint16_t> parts() const {
    std::vector<std::uint16_t> gone;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i]) gone.push_back(static_cast<std::uint16_t>(i + 1));
    return gone;
  }

  /// Whether an enterprise is in the audience for the sake of withdrawn items alone: of the items with an open window and a verdict that
  /// the audience asks for, not one is left. Where the verdicts put nobody into the audience and the enterprise has no such item, every
  /// item must be gone. `decisions` as decided for it, by item.
  template <class Decisions>
  bool leaves_nothing(const Decisions& decisions) const {
    bool matched = false;
    for (std::size_t i = 0; i < items_.size() && i < decisions.size(); ++i) {
      if (!matches(decisions[i])) continue;
      if (!items_[i]) return false;
      matched = true;
    }
    return matched || all();
  }

  /// What is left of something by item.
  template <class T>
  std::vector<T> left_of(const std::vector<T>& by_item) const {
    std::vector<T> left;
    for (std::size_t i = 0; i < by_item.size(); ++i)
      if (i >= items_.size() || !items_[i]) left.push_back(by_item[i]);
    return left;
  }

 private:
  template <class Decision>
  bool matches(const Decision& decision) const {
    const bool open = domain::name_of(decision.window) == domain::name_of(policy::WindowState::open);
    return open && std::any_of(wanted_.begin(), wanted_.end(),
                               [&](policy::Verdict verdict) { return domain::name_of(verdict) == domain::name_of(decision.verdict); });
  }

  std::vector<bool> items_;
  bool any_ = false, all_ = false;
  std::vector<policy::Verdict> wanted_;
};

}  // namespace zhida::campaign
