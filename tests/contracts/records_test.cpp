#include "contracts/audit/audit_record.hpp"
#include "contracts/commands/command.hpp"
#include "contracts/schema_check.hpp"
#include "contracts/vault/vault_key.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace zhida::contracts {
namespace {

const Instant at = *domain::parse_instant("2026-11-23T10:00:00+08:00");

/// Not SHA-256, which this layer does not have: any function that tells texts apart.
std::string stand_in_hash(std::string_view text) {
  std::string hex;
  for (std::size_t i = 0; i < 4; ++i) {
    char part[17];
    std::snprintf(part, sizeof part, "%016zx", std::hash<std::string>()(std::string(text) + std::to_string(i)));
    hex += part;
  }
  return hex;
}

CommandRequested command() {
  CommandRequested event;
  event.command = "abc";
  event.kind = CommandKind::campaign_approve;
  event.entity = "c12";
  event.key_id = "key-2";
  event.role = "approver";
  event.bureau = "jw";
  event.idempotency_key = "k";
  event.body_hash = "h";
  event.body = R"({"content_hash":"x","list":[1,2.5,null,true]})";
  event.if_match = 4;
  event.at = at;
  return event;
}

TEST(CommandRequested, FitsItsSchemaAndSurvivesARoundTrip) {
  CommandRequested event = command();
  EXPECT_EQ(event.key(), "campaign/c12");
  EXPECT_TRUE(accepts("command_requested", to_json(event)));
  EXPECT_EQ(command_requested_from_json(to_json(event)).value(), event);
  event.idempotency_key.reset();
  event.if_match.reset();
  event.body.clear();
  EXPECT_TRUE(accepts("command_requested", to_json(event)));
  EXPECT_EQ(command_requested_from_json(to_json(event)).value(), event);
  for (int i = 0; i < static_cast<int>(domain::EnumNames<CommandKind>::names.size()); ++i) {
    event.kind = static_cast<CommandKind>(i);
    EXPECT_TRUE(accepts("command_requested", to_json(event)));
    EXPECT_TRUE(domain::name_of(event.kind).starts_with(domain::name_of(entity_kind_of(event.kind))));
  }
}

TEST(CommandRequested, RefusesWhatItsSchemaRefuses) {
  const std::string json = to_json(command());
  for (const char* pointer : {"/command", "/kind", "/entity", "/key_id", "/role", "/bureau", "/body_hash", "/at"}) {
    EXPECT_FALSE(accepts("command_requested", without(json, pointer))) << pointer;
    EXPECT_TRUE(command_requested_from_json(without(json, pointer)).has_error()) << pointer;
    EXPECT_FALSE(accepts("command_requested", with(json, pointer, "7"))) << pointer;
    EXPECT_TRUE(command_requested_from_json(with(json, pointer, "7")).has_error()) << pointer;
  }
}

TEST(Commands, OfTheSystemAreApart) {
  EXPECT_FALSE(is_system(CommandKind::campaign_cancel));
  for (const CommandKind kind : {CommandKind::campaign_start, CommandKind::campaign_expire, CommandKind::campaign_complete,
                                 CommandKind::campaign_fail, CommandKind::campaign_refresh})
    EXPECT_TRUE(is_system(kind));
}

std::vector<AuditRecorded> audit(std::size_t count) {
  std::vector<AuditRecorded> records;
  for (std::size_t i = 0; i < count; ++i) {
    AuditRecorded record;
    record.catalog_offset = 10 + i;
    record.at = at;
    record.key_id = "key-1";
    record.role = "operator";
    record.bureau = "jw";
    record.command = "abc";
    record.action = "item.put";
    record.entity = "item/A";
    record.revision = i;
    record.outcome = "zhida.item.drafted.v1";
    if (i == 1) record.problem = "urn:zhida:problem:conflict";
    if (records.empty())
      chain(record, 0, AuditRecorded::genesis, stand_in_hash);
    else
      chain(record, records.back().sequence, records.back().hash, stand_in_hash);
    records.push_back(record);
  }
  return records;
}

bool intact(const std::vector<AuditRecorded>& records) {
  std::uint64_t sequence = 0;
  std::string hash(AuditRecorded::genesis);
  for (const AuditRecorded& record : records) {
    if (!follows(record, sequence, hash, stand_in_hash)) return false;
    sequence = record.sequence;
    hash = record.hash;
  }
  return true;
}

TEST(AuditChain, NoticesWhatIsChangedTakenOrPutIn) {
  const auto records = audit(4);
  EXPECT_TRUE(intact(records));
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto changed = records;
    changed[i].bureau = "kcb";
    EXPECT_FALSE(intact(changed)) << i;
    changed = records;
    changed[i].problem = "x";
    EXPECT_FALSE(intact(changed)) << i;
    if (i + 1 < records.size()) {
      changed = records;
      changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_FALSE(intact(changed)) << i;
      changed = records;
      std::swap(changed[i], changed[i + 1]);
      EXPECT_FALSE(intact(changed)) << i;
    }
  }
}

TEST(AuditRecorded, FitsItsSchemaAndSurvivesARoundTrip) {
  for (const AuditRecorded& record : audit(2)) {
    EXPECT_TRUE(accepts("audit_recorded", to_json(record)));
    EXPECT_EQ(audit_recorded_from_json(to_json(record)).value(), record);
  }
  const std::string json = to_json(audit(1)[0]);
  for (const char* pointer : {"/sequence", "/catalog_offset", "/at", "/key_id", "/action", "/entity", "/previous", "/hash"}) {
    EXPECT_FALSE(accepts("audit_recorded", without(json, pointer))) << pointer;
    EXPECT_TRUE(audit_recorded_from_json(without(json, pointer)).has_error()) << pointer;
  }
}

TEST(VaultKey, FitsItsSchemaAndSurvivesARoundTrip) {
  const VaultKey key{*enterprise::Uscc::parse("9144030071526726XG"), "d3JhcHBlZA==", "m1", at};
  const std::string json = to_json(key);
  EXPECT_TRUE(accepts("vault_key", json));
  EXPECT_EQ(vault_key_from_json(json).value(), key);
  for (const char* pointer : {"/uscc", "/wrapped", "/master_key", "/created_at"}) {
    EXPECT_FALSE(accepts("vault_key", without(json, pointer))) << pointer;
    EXPECT_TRUE(vault_key_from_json(without(json, pointer)).has_error()) << pointer;
  }
}

}  // namespace
}  // namespace zhida::contracts
