// What stands in the log of a seed when it begins: items, packages, profiles.

#include "contracts/profiles/profile_patched.hpp"
#include "contracts/topics.hpp"
#include "operator/commands/decision.hpp"
#include "simulation/cluster.hpp"

#include <utility>

namespace zhida::simulation {
namespace {

namespace topics = contracts::topics;
using contracts::CatalogEvent;
using contracts::CommandKind;

domain::Instant history() { return *domain::parse_instant("2026-06-10T09:00:00+08:00"); }

enterprise::Uscc uscc(std::size_t number) {
  std::string digits = "91310117MA1J00000";
  for (std::size_t at = 16, rest = number; rest > 0; --at, rest /= 31) digits[at] = enterprise::Uscc::alphabet[rest % 31];
  return *enterprise::Uscc::make(digits);
}

}  // namespace

void Cluster::append(std::string topic, int partition, std::string key, std::string value, std::string id, std::string_view type) {
  std::vector<log::NewRecord> records(1);
  records[0].topic = std::move(topic);
  records[0].partition = partition;
  records[0].key = std::move(key);
  records[0].value = std::move(value);
  records[0].event.id = std::move(id);
  records[0].event.type = type;
  records[0].event.source = "/history";
  records[0].event.time_ms = history().time_since_epoch().count();
  brokers_.append(records);
}

void Cluster::decided(CommandKind kind, std::string entity, CatalogEvent::Outcome outcome) {
  contracts::CommandRequested command;
  command.command = "history-" + std::to_string(++commands_);
  command.kind = kind;
  command.entity = entity;
  command.key_id = "author";
  command.role = "operator";
  command.bureau = "qfb";
  command.at = history();
  const auto offset = static_cast<std::uint64_t>(brokers_.end(brokers_.index().find(topics::commands, 0)));
  append(std::string(topics::commands), 0, command.key(), contracts::to_json(command), command.command, contracts::CommandRequested::type);

  CatalogEvent event;
  event.command = command.command;
  event.command_offset = offset;
  event.kind = kind;
  event.entity = std::move(entity);
  event.revision = ++revisions_[event.key()];
  event.by = "author";
  event.at = history();
  event.outcome = std::move(outcome);
  append(std::string(topics::catalog), 0, event.key(), contracts::to_json(event), event.command + "/outcome", contracts::type_of(event));
}

std::string Cluster::patch(const enterprise::Uscc& of, int employees, int day) const {
  const std::string change = employees < 0 ? R"("remove":["employees"])" : R"("set":{"employees":)" + std::to_string(employees) + "}";
  return R"({"uscc":")" + std::string(of.text()) +
         R"(","recorded_at":"2026-06-01T00:00:00+08:00","patch":[{"source":"test","as_of":"2026-01-)" + (day < 10 ? "0" : "") +
         std::to_string(day) + "\"," + change + "}]}";
}

void Cluster::write_history() {
  for (const char* const id : {"i1", "i2"}) {
    contracts::ItemDrafted drafted;
    drafted.owner.bureau = "qfb";
    drafted.draft.author = "author";
    drafted.draft.written_at = history();
    drafted.draft.content.title = id;
    drafted.draft.content.rule = std::string(id) == "i1" ? "p.employees >= 10" : "p.employees < 100";
    drafted.draft.rule_hash = operators::sha256_hex(policy::rule_hash_input(drafted.draft.content));
    contracts::ItemPublished published;
    published.version = drafted.draft;
    published.version.published_at = history();
    published.version.published_by = "approver";
    decided(CommandKind::item_put, id, std::move(drafted));
    decided(CommandKind::item_publish, id, std::move(published));
  }
  for (const int items : {1, 2}) {
    contracts::PackagePut put;
    put.package.id = "p" + std::to_string(items);
    put.package.owner.bureau = "qfb";
    put.package.title = put.package.id;
    put.package.target = "https://www.songjiang.gov.cn/";
    for (int item = 1; item <= items; ++item) put.package.contents.push_back({policy::ContentType::item, "i" + std::to_string(item)});
    put.package.revision = 1;
    const std::string id = put.package.id;
    decided(CommandKind::package_put, id, std::move(put));
  }

  static const std::vector<int> sizes{-1, 3, 12, 50, 99, 100, 400};
  const std::size_t count = 8 + world_.random.below(25);
  for (std::size_t i = 0; i < count; ++i) {
    const enterprise::Uscc each = uscc(i);
    const int employees = world_.random.pick(sizes);
    enterprises_.push_back(each);
    employees_[each] = employees;
    const int partition = enterprise::partition_of(each, partitions_);
    append(std::string(topics::profiles), partition, std::string(each.text()), patch(each, employees, 1), "profile-" + std::to_string(i),
           contracts::ProfilePatched::type);
  }
}

}  // namespace zhida::simulation
