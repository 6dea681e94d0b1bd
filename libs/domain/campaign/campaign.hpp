#pragma once

#include "domain/campaign/audience.hpp"
#include "domain/date_time.hpp"
#include "domain/enum_names.hpp"
#include "domain/policy/item.hpp"
#include "domain/policy/links.hpp"
#include "domain/policy/owner.hpp"
#include "domain/policy/package.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zhida::campaign {

enum class State : std::uint8_t {
  draft,
  in_review,
  approved,
  scheduled,
  running,
  paused,
  completed,
  rejected,
  cancelled,
  expired,
  failed,
};

/// Urgent messages are read first everywhere; bulk ones wait for all others.
enum class Lane : std::uint8_t { urgent, normal, bulk };

enum class Trigger : std::uint8_t { once, standing, recurring };

struct Schedule {
  std::optional<domain::Instant> at;  ///< starts by itself; nothing = somebody launches it
  Trigger trigger = Trigger::once;
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// The words around the package.
struct Message {
  std::string title, body;
  friend bool operator==(const Message&, const Message&) = default;
};

/// A content of a package as it stood when a campaign was written: what is approved and pushed.
struct PinnedContent {
  policy::ContentType type = policy::ContentType::item;
  std::string id;
  int version = 0;        ///< of an item; 0 for other contents and for an item that was never published
  std::string rule_hash;  ///< of an item version, hex
  friend bool operator==(const PinnedContent&, const PinnedContent&) = default;
};

/// The package as it stood.
struct PinnedPackage {
  std::string id;
  std::string title;
  policy::PackageKind kind = policy::PackageKind::gift;
  std::string target;  ///< URL, the default resolved
  std::vector<PinnedContent> contents;
  friend bool operator==(const PinnedPackage&, const PinnedPackage&) = default;
};

/// What an operator writes: the body of POST and PUT.
struct Plan {
  std::string title;
  std::optional<Message> content;
  std::string package;  ///< id
  Audience audience;
  std::vector<std::string> channels{"page"};
  Lane lane = Lane::normal;
  Schedule schedule;
  policy::Moment valid_until;  ///< a day is included
  friend bool operator==(const Plan&, const Plan&) = default;
};

/// A campaign 投放: content, audience, channels and schedule, approved and run.
struct Campaign {
  std::string id;              ///< "c" and a number
  std::uint64_t revision = 0;  ///< of the entity, from 1
  policy::Owner owner;
  Plan plan;
  PinnedPackage package;
  std::string content_hash;  ///< SHA-256, hex, of `contracts::campaign_content_json`
  State state = State::draft;
  std::vector<std::string> authors;  ///< ids of every key that created, edited or submitted it, each once
  std::optional<std::string> approved_by;
  std::optional<domain::Instant> approved_at, started_at, ended_at;
  std::optional<std::string> reason;  ///< why it was returned to draft, rejected, cancelled or failed
  friend bool operator==(const Campaign&, const Campaign&) = default;
};

/// The first instant at which the campaign may no longer push.
domain::Instant end_of(const Plan& plan);

constexpr bool is_terminal(State state) {
  return state == State::completed || state == State::rejected || state == State::cancelled || state == State::expired ||
         state == State::failed;
}

/// What is wrong with a plan, by pointers into its body: texts, ids, channels, schedule, validity already over, form of the audience.
/// Whether package and rules are good is for those to say who know them.
domain::FieldErrors validate(const Plan& plan, domain::Instant now);

}  // namespace zhida::campaign

template <>
struct zhida::domain::EnumNames<zhida::campaign::State> {
  static constexpr std::array<std::string_view, 11> names{"draft",     "in_review", "approved",  "scheduled", "running", "paused",
                                                          "completed", "rejected",  "cancelled", "expired",   "failed"};
};
template <>
struct zhida::domain::EnumNames<zhida::campaign::Lane> {
  static constexpr std::array<std::string_view, 3> names{"urgent", "normal", "bulk"};
};
template <>
struct zhida::domain::EnumNames<zhida::campaign::Trigger> {
  static constexpr std::array<std::string_view, 3> names{"once", "standing", "recurring"};
};
