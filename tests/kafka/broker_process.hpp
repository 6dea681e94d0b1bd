#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace zhida::test {

/// Whose programs are run: those of the product's own broker, or the last before Kafka 4.
enum class Kafka { current, before_4 };

/// Why there can be no broker here; empty if there can. Fetches the broker's programs if need be.
const std::string& absence_of_brokers(Kafka kafka = Kafka::current);

/// A port of 127.0.0.1 that is free now, another one each time. For one thread.
int free_port();

/// Starts a program whose output goes to `directory`/`log` and that dies with the thread that asked. Throws std::runtime_error.
pid_t spawn(const std::vector<std::string>& words, const std::filesystem::path& directory, const std::string& log);

/// The words that run a program of the broker's jars.
std::vector<std::string> broker_program(const std::string& program, const std::vector<std::string>& arguments,
                                        std::string_view heap = "512m", Kafka kafka = Kafka::current);

/// Properties of a broker that is alone: what it keeps for itself has one partition and one replica, and groups wait for nobody.
inline constexpr std::string_view alone = R"(offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
)";

/// Formats the storage that `directory`/broker.properties names. Throws std::runtime_error with what the tool said.
void format_broker_storage(const std::filesystem::path& directory, Kafka kafka = Kafka::current);

/// All of a file; empty if there is none.
std::string file_content(const std::filesystem::path& file);

/// Whether a broker at `address` tells what there is.
bool broker_answers(const std::string& address);
/// Whether every partition is in sync at all brokers that hold it.
bool brokers_are_in_sync(const std::string& addresses);

}  // namespace zhida::test
