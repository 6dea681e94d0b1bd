#pragma once

#include "domain/campaign/campaign.hpp"
#include "domain/field_error.hpp"
#include "domain/policy/window.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace zhida::campaign {

/// What people ask for.
struct Edit {
  Plan plan;
};
struct Submit {};
struct Approve {
  std::string content_hash;  ///< of what the approver has read
};
struct Reject {
  std::string reason;
};
struct Launch {};
struct Pause {};
struct Resume {};
struct Cancel {
  std::string reason;
};

/// What the system asks for by itself.
struct Start {};     ///< `schedule.at` has come
struct Expire {};    ///< `valid_until` has passed
struct Complete {};  ///< every intent is closed
struct Fail {
  std::string reason;
};
/// The package was edited, or an item of it was published anew or withdrawn.
struct ContentChanged {
  std::string reason;
};

using Command = std::variant<Edit, Submit, Approve, Reject, Launch, Pause, Resume, Cancel, Start, Expire, Complete, Fail, ContentChanged>;

/// The word of the command in messages and logs: `submit`, `content_changed`.
std::string_view name_of(const Command& command);

/// An item of the package as it stands now.
struct ItemStanding {
  std::string id;
  policy::ItemState state = policy::ItemState::draft;
  policy::WindowState window = policy::WindowState::closed;
  policy::Mode mode = policy::Mode::apply;
  bool disclosed = true;  ///< its document, if it has one, is disclosed without being asked for
};

/// A document or interpretation of the package as it stands now.
struct DocumentStanding {
  std::string id;
  bool disclosed = true;  ///< without being asked for
};

/// What the decision needs to know beside the campaign: of the plan that will stand after the command.
struct Facts {
  PinnedPackage package;            ///< as it stands now
  std::string content_hash;         ///< of the plan and `package`
  std::vector<ItemStanding> items;  ///< of `package`, in order
  std::vector<DocumentStanding> documents{};
};

/// Why a command is refused.
struct Refusal {
  enum class Kind : std::uint8_t {
    conflict,   ///< the state does not allow it, or the content has changed: 409
    forbidden,  ///< not by this key: four eyes: 403
    invalid,    ///< what stands in the campaign is not fit for it: 422
  };
  Kind kind = Kind::conflict;
  std::string code;  ///< stable: state, stale_content, four_eyes, not_pushable, over, too_early
  std::string detail, detail_zh;
  State state = State::draft;  ///< the current state
  domain::FieldErrors errors;
};

/// Lets `value()` of a decision throw: whoever calls it claims that nothing was refused.
[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::runtime_error(refusal.code + ": " + refusal.detail);
}

/// The campaign after `command`, or why not. Pure: nothing but the arguments decides. `actor` is the id of the key; empty for the system.
/// The revision is left alone; it belongs to whoever records the change.
boost::system::result<Campaign, Refusal> decide(const Campaign& campaign, const Command& command, std::string_view actor,
                                                domain::Instant now, const Facts& facts);

/// A new campaign in `draft`. `id`, `revision` and owner are the caller's.
Campaign draft(Plan plan, std::string_view author, const Facts& facts);

/// Which contents must not be pushed and why, at `/package`: an item that is a draft, withdrawn, closed, or for comment in a package that
/// is no consultation; what is not disclosed. At `/audience`: it asks for the items' verdicts, and the package has no item.
domain::FieldErrors unpushable(const Facts& facts, const Audience& audience);

/// The command that time demands now: `Start` when it is due, `Expire` when it is over.
std::optional<Command> due(const Campaign& campaign, domain::Instant now);

/// Why a refused start makes the campaign fail, in one sentence.
std::string failure_of(const Refusal& refusal);

/// When `due` has to be asked next, nothing for a campaign that time does not move.
std::optional<domain::Instant> next_due(const Campaign& campaign);

}  // namespace zhida::campaign
