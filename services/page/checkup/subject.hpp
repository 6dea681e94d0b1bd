#pragma once

#include "domain/date_time.hpp"
#include "domain/enterprise/disclosure.hpp"
#include "domain/enterprise/profile.hpp"
#include "domain/policy/check.hpp"
#include "stores/profiles/profile_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::page {

/// Where a value comes from. `answered`: the enterprise said so itself, for this one question only.
struct Origin {
  std::string_view source;
  std::optional<domain::Date> as_of;
  bool answered = false;
};

/// One enterprise as a check-up sees it on a date; nothing known, if it was never heard of. Texts and lists are the store's, which keeps
/// them for ever, or those of answers laid over it, which must outlive this.
class CheckedSubject {
 public:
  CheckedSubject(const stores::ProfileStore& profiles, const enterprise::Uscc& uscc, domain::Date date);

  /// Whom the check-up is shown to: values he may not read are left out of it. Without this everything is shown.
  void show_to(enterprise::Disclosure reader) { reader_ = reader; }
  bool shows(std::uint32_t slot) const { return !reader_ || reader_->shows(slot); }

  /// Lays an answer over what is known; a missing value hides what is known.
  void answer(std::uint32_t slot, cel::Value value);

  /// Length of all texts in answers.
  std::size_t answered_bytes() const;

  policy::Subject view() const { return {slots_, determined_}; }
  const std::vector<cel::Value>& slots() const { return slots_; }
  /// Nothing for a value that is missing.
  std::optional<Origin> origin(std::uint32_t slot) const;
  /// The determination in force; null if there is none.
  const enterprise::Determination* determination(std::string_view condition) const;

 private:
  std::optional<enterprise::Disclosure> reader_;
  std::vector<cel::Value> slots_;
  std::vector<stores::KnownAttribute> known_;  // by slot
  std::vector<std::uint32_t> answered_;
  std::vector<enterprise::Determination> determinations_;  // in force
  std::vector<matching::Determination> determined_;        // views of them
};

}  // namespace zhida::page
