#pragma once

#include "domain/date_time.hpp"

#include <optional>
#include <string_view>

namespace zhida::page {

/// What is known of a request that looks like somebody's click or impression. Empty views stand for absent headers.
struct Visit {
  bool head = false;             ///< the method was HEAD
  std::string_view purpose;      ///< Purpose, X-Purpose or X-Moz
  std::string_view sec_purpose;  ///< Sec-Purpose
  std::string_view user_agent;
  domain::Instant at;
  std::optional<domain::Instant> delivered_at;
};

/// Why traffic is taken for a machine's. It is counted apart under this label, never dropped.
struct MachineLabel {
  std::string_view reason;  ///< head, prefetch, no_agent, fetcher, too_fast
  int rule = 0;             ///< version of the rules that said so
};

inline constexpr int machine_rules_version = 1;

/// Nothing for people. Rules, the first that fits: HEAD requests; prefetch or prerender announced by the browser; no user agent; a user
/// agent that names itself a crawler, link scanner, preview fetcher or program; sooner than one second after the delivery, or before it.
std::optional<MachineLabel> machine_label(const Visit& visit);

}  // namespace zhida::page
