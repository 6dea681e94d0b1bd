#include "node/foundation.hpp"

#include "schemas/files.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace zhida::node {

domain::Instant now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Foundation::Foundation(boost::asio::any_io_executor on, log::EventLog& event_log, int count, redis::Client& read_connection,
                       const observe::Log& log_of_program)
    : executor(std::move(on)),
      log(event_log),
      reads(read_connection),
      journal(log_of_program),
      partitions(count),
      reference(stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); })),
      dead_letters(log, &now),
      catalog(executor, log, reference.language, dead_letters,
              [this](std::string_view what) {
                journal.warning("catalog.fold", {{"what", what}});
              }),
      profiles(executor, log, partitions, reference.dictionary, {*reference.industries, reference.size_classes}, dead_letters,
               [this](int partition, std::string_view what) {
                 journal.warning("profiles.fold", {{"partition", partition}, {"what", what}});
               }),
      columns(profiles, reference.language, [] { return domain::date_of(now()); }),
      deliveries_progress(executor),
      deliveries_fold({.partitions = partitions}),
      deliveries(reads, deliveries_fold, partitions, deliveries_progress),
      signs(*this) {}

std::unique_ptr<stores::FoldRunner> Foundation::deliveries_runner(redis::Client& writes, int partition) {
  return std::make_unique<stores::FoldRunner>(executor, log, writes, deliveries_fold, partition, deliveries_progress, dead_letters,
                                              [this](std::string_view fold, int of, std::string_view what) {
                                                journal.info("fold.condition", {{"fold", fold}, {"partition", of}, {"what", what}});
                                              });
}

}  // namespace zhida::node
