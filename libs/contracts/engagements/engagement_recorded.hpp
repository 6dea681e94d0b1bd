#pragma once

#include "domain/delivery/facts.hpp"
#include "domain/enterprise/uscc.hpp"
#include "domain/field_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::contracts {

/// Why an engagement is taken for a machine's, and by which version of the rules.
struct MachineMark {
  std::string reason;
  int rule = 1;

  friend bool operator==(const MachineMark&, const MachineMark&) = default;
};

/// Somebody did something with a delivered intent. Key: uscc. Schema: schemas/events/engagement_recorded.v1.json
struct EngagementRecorded {
  static constexpr std::string_view type_name = "zhida.engagement.recorded.v1";

  std::string id;  ///< 1–128 characters; doubles of an id count once
  delivery::CampaignNumber campaign = 0;
  std::string occurrence = "1";
  std::string channel = "page";
  enterprise::Uscc uscc;
  std::optional<std::string> item;  ///< its id; nothing = the package as a whole
  std::uint16_t part = 0;           ///< number of the item in the campaign's package, from 1; 0 = the package as a whole
  delivery::EngagementType type = delivery::EngagementType::impression;
  domain::Instant at;
  std::string reason;                 ///< of not_relevant; empty = none
  std::optional<int> score;           ///< of rated, 1–5
  std::string surface;                ///< where it was shown; empty = not said
  std::optional<std::uint16_t> link;  ///< of a click: number of the link
  std::optional<MachineMark> machine;

  /// What the ledger keeps of it; `logged_at` is the record's `ce_time`. Views into this event.
  delivery::EngagementFact fact(domain::Instant logged_at) const;

  friend bool operator==(const EngagementRecorded&, const EngagementRecorded&) = default;
};

std::string to_json(const EngagementRecorded& event);

/// Errors: everything that is wrong; unknown members are ignored.
domain::Checked<EngagementRecorded> read_engagement_recorded(std::string_view json);

}  // namespace zhida::contracts
