#pragma once

#include <string_view>

namespace zhida::contracts::topics {

// The topics of the event log, in the order in which a push flows. One partition: commands, catalog, audit; all others have
// as many as the log was made with, so that partition p of each belongs to the same enterprises.

inline constexpr std::string_view commands = "commands";
inline constexpr std::string_view catalog = "catalog";
inline constexpr std::string_view audit = "audit";
inline constexpr std::string_view profiles = "profiles";
inline constexpr std::string_view vault = "vault";
inline constexpr std::string_view intents = "intents";
inline constexpr std::string_view intents_urgent = "intents-urgent";
inline constexpr std::string_view receipts = "receipts";
inline constexpr std::string_view receipts_urgent = "receipts-urgent";
inline constexpr std::string_view engagements = "engagements";
inline constexpr std::string_view outcomes = "outcomes";
inline constexpr std::string_view entitlements = "entitlements";
inline constexpr std::string_view cases = "cases";
inline constexpr std::string_view dead_letters = "dead-letters";

}  // namespace zhida::contracts::topics
