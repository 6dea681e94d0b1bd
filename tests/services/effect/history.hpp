#pragma once

#include "contracts/engagements/engagement_recorded.hpp"
#include "contracts/intents/intents_decided.hpp"
#include "contracts/outcomes/outcome_recorded.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "domain/enterprise/uscc.hpp"
#include "platform/log/record.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::effect_service {

inline constexpr int test_partitions = 2;

/// 2026-09-01 08:00 in Asia/Shanghai: when the tests' campaigns are decided.
inline const domain::Instant decision_time = domain::start_of(std::chrono::year(2026) / 9 / 1) + std::chrono::hours(8);

/// The `number`-th of the tests' enterprises in a partition.
enterprise::Uscc enterprise_in(int partition, int number);

log::NewRecord record_of(std::string_view topic, int partition, std::string_view type, std::string value, domain::Instant logged_at);
log::NewRecord record_of(const contracts::EngagementRecorded& event, domain::Instant logged_at);
log::NewRecord record_of(const contracts::OutcomeRecorded& event);
log::NewRecord record_of(const contracts::ReceiptsRecorded& block, int partition, bool urgent = false);
log::NewRecord mark_of(delivery::CampaignNumber campaign, int partition, std::uint64_t intents, bool urgent = false);

/// A made-up past in which everything happens that rules are about: doubled and early records, retries and deferrals, several occurrences,
/// machine traffic, forgotten event ids, items in several campaigns and in exclusive groups, money granted, paid and paid back, records
/// that cannot be read and facts that lie in the wrong partition. In no order between topics.
std::vector<log::NewRecord> random_past(std::mt19937& random, int enterprises, delivery::CampaignNumber campaigns);

}  // namespace zhida::effect_service
