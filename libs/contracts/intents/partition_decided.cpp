#include "contracts/intents/intents_decided.hpp"
#include "contracts/intents/members.hpp"

namespace zhida::contracts {

std::string to_json(const PartitionDecided& event) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  write_key(out, {event.campaign, event.occurrence, event.channel});
  out.member("n", event.intents);
  out.member("profile_position", event.profile_position);
  out.member("at", event.at);
  out.end_object();
  return json;
}

domain::Checked<PartitionDecided> read_partition_decided(std::string_view json) {
  return read_json<PartitionDecided>(json, [](JsonReader& in) {
    constexpr std::uint64_t most = std::uint64_t{1} << 53;
    PartitionDecided event;
    read_key(in, event.campaign, event.occurrence, event.channel);
    read_number(in, "n", 0, most, event.intents);
    read_number(in, "profile_position", 0, most, event.profile_position);
    read_time(in, "at", event.at);
    return event;
  });
}

}  // namespace zhida::contracts
