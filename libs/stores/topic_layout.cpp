#include "stores/topic_layout.hpp"

#include "contracts/topics.hpp"

#include <string>

namespace zhida::stores {

log::Layout topic_layout(int partitions) {
  namespace topics = contracts::topics;
  const auto forever = log::Retention::forever();
  const auto topic = [](std::string_view name, int count, log::Retention retention) {
    return log::TopicLayout{std::string(name), count, retention};
  };
  log::Layout layout{topic(topics::commands, 1, log::Retention::for_days(30)), topic(topics::catalog, 1, forever),
                     topic(topics::audit, 1, forever), topic(topics::vault, partitions, log::Retention::compacted())};
  for (const std::string_view name : {topics::profiles, topics::intents, topics::intents_urgent, topics::receipts, topics::receipts_urgent,
                                      topics::engagements, topics::outcomes, topics::entitlements, topics::cases, topics::dead_letters})
    layout.push_back(topic(name, partitions, forever));
  return layout;
}

}  // namespace zhida::stores
