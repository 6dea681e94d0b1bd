#include "platform/log/kafka_groups.hpp"

#include "platform/runtime/timeout.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace zhida::log {

namespace asio = boost::asio;

namespace {

class GroupMembership final : public Membership {
 public:
  explicit GroupMembership(std::shared_ptr<KafkaGroup> group) : group_(std::move(group)) {}
  ~GroupMembership() override { group_->leave(); }

  const Assignment& assignment() const override { return group_->assignment(); }
  asio::awaitable<void> changed(std::int64_t generation) override { return group_->changed(generation); }

 private:
  std::shared_ptr<KafkaGroup> group_;
};

}  // namespace

KafkaGroups::KafkaGroups(asio::any_io_executor executor, KafkaSettings settings, KafkaGroup::Report report)
    : executor_(std::move(executor)),
      settings_(std::move(settings)),
      report_(std::move(report)),
      departures_(std::make_shared<kafka::Departures>()) {}

EventLog::Awaitable<std::unique_ptr<Membership>> KafkaGroups::join(std::string group, std::string topic) {
  const auto self = shared_from_this();
  if (!departures_) co_return asio::error::make_error_code(asio::error::operation_aborted);
  const auto member = std::make_shared<KafkaGroup>(executor_, settings_, settings_.topic_prefix + group, settings_.topic_prefix + topic,
                                                   report_, departures_);
  std::erase_if(groups_, [](const std::weak_ptr<KafkaGroup>& each) { return each.expired(); });
  groups_.push_back(member);
  std::unique_ptr<Membership> membership = std::make_unique<GroupMembership>(member);  // leaves again should this end early
  member->start();
  const boost::system::result<void> joined = co_await runtime::within<void>(settings_.request_limit, member->joined());
  if (!joined && joined.error() != asio::error::timed_out) co_return joined.error();
  co_return boost::system::result<std::unique_ptr<Membership>>(std::move(membership));
}

void KafkaGroups::close() {
  for (const std::weak_ptr<KafkaGroup>& each : groups_)
    if (const auto group = each.lock()) group->leave();
  groups_.clear();
  departures_.reset();
}

}  // namespace zhida::log
