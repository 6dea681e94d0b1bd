#include "dispatcher/partition_dispatcher.hpp"

#include "platform/runtime/background.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "platform/runtime/take_turns.hpp"
#include "stores/deliveries/catch_up.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace zhida::dispatcher {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::result;
using campaign::Lane;
using Clock = stores::Notice::Clock;

constexpr std::size_t facts_between_clocks = 16;
constexpr log::Offset never = std::numeric_limits<log::Offset>::max();

}  // namespace

PartitionDispatcher::PartitionDispatcher(Service& service, int partition)
    : service_(service),
      with_(service.dependencies_),
      partition_(partition),
      queues_(with_.catalog, with_.deliveries, with_.deliveries_progress, partition, service.settings_.watch_ended),
      urgent_(with_.log, intents_of(Lane::urgent), partition),
      others_(with_.log, intents_of(Lane::normal), partition),
      recheck_(with_.profiles),
      shown_(service.metrics_.show(partition)) {}

asio::awaitable<void> PartitionDispatcher::run() {
  return runtime::take_turns([this] { return opened_ ? turn() : open(); }, service_.settings_.retry,
                             [this](std::string_view reason, bool again) {
                               service_.metrics_.failures.increment();
                               if (!again) with_.journal.warning("dispatcher.waits", {{"partition", partition_}, {"reason", reason}});
                             });
}

// What an earlier life sent must be folded first, or it would be sent again.
auto PartitionDispatcher::open() -> Result<void> {
  while (!with_.catalog.ready() || !with_.profiles.ready(partition_)) co_await runtime::rest(std::chrono::milliseconds(20));
  const result<void> caught_up = co_await stores::catch_up(with_.log, with_.deliveries, partition_, service_.settings_.retry);
  opened_ = caught_up.has_value();
  co_return caught_up;
}

auto PartitionDispatcher::turn() -> Result<void> {
  Queue* queue = queues_.pick(with_.now());
  const bool due = queue == nullptr || queues_.is_catalog_stale() || Clock::now() - refreshed_ >= service_.settings_.look_again;
  if (due && queues_.is_stale()) {
    result<void> refreshed = co_await refresh();
    if (!refreshed) co_return refreshed;
    queue = queues_.pick(with_.now());
  }
  if (queue == nullptr) {
    co_await measure_age();
    urgent_.clear();
    others_.clear();
    if (!queues_.is_stale()) co_await runtime::wait_for_work(with_.deliveries_progress.moved(Clock::now() + service_.settings_.look_again));
    co_return result<void>();
  }
  const Block block = queue->blocks.front().block;
  BlockWindow& from = window(queue->state->plan.lane);
  const result<void> sent = co_await send(*queue, block);
  if (sent) {
    queue->blocks.pop_front();
    from.drop(static_cast<log::Offset>(block.offset));
  }
  co_return sent;
}

auto PartitionDispatcher::refresh() -> Result<void> {
  refreshed_ = Clock::now();
  result<void> done = co_await queues_.refresh(with_.now());
  if (!done) co_return done;
  co_await measure_age();
  co_return done;
}

asio::awaitable<void> PartitionDispatcher::measure_age() {
  std::map<Block, std::int64_t> decided;
  PartitionQueue seen;
  const std::int64_t now = with_.now().time_since_epoch().count();
  for (const auto& [lane, block, held] : queues_.oldest(with_.now())) {
    const auto known = decided_ms_.find(block);
    std::int64_t at = known != decided_ms_.end() ? known->second : 0;
    if (at == 0) {
      const result<log::RecordPtr> record = co_await fetch(lane, block);
      if (!record || *record == nullptr) continue;
      at = (*record)->event.time_ms;
    }
    decided[block] = at;
    LaneQueue& queue = seen[static_cast<std::size_t>(lane)];
    const double age = static_cast<double>(std::max<std::int64_t>(now - at, 0)) / 1'000;
    queue.oldest_seconds = std::max(queue.oldest_seconds, age);
    if (!held) queue.waiting_seconds = std::max(queue.waiting_seconds, age);
  }
  decided_ms_ = std::move(decided);
  for (std::size_t lane = 0; lane < seen.size(); ++lane) seen[lane].open = queues_.open(static_cast<Lane>(lane));
  *shown_ = seen;
}

// Looked at with older profiles, somebody who has just joined the audience would seem to have left it.
asio::awaitable<bool> PartitionDispatcher::knows_profiles_of(const contracts::IntentsHeader& header) {
  const auto decided_at = static_cast<log::Offset>(header.profile_position);
  if (with_.profiles.progress().position("profiles", partition_) >= decided_at) co_return true;
  co_return co_await with_.profiles.progress().wait_until("profiles", partition_, decided_at - 1, service_.settings_.look_again);
}

Action PartitionDispatcher::action_now(const Queue& queue) const {
  const auto campaign = with_.catalog.campaign(queue.state->id);
  return campaign == nullptr ? Action::hold : action_of(*campaign, with_.now());
}

Recheck::Block PartitionDispatcher::describe(const campaign::Campaign& campaign, Block block,
                                             const contracts::IntentsHeader& header) const {
  Recheck::Block about;
  about.place.urgent = block.urgent;
  about.place.offset = block.offset;
  about.action = action_of(campaign, with_.now());
  about.offered.undisclosed = with_.catalog.has_undisclosed_content(campaign);
  about.offered.withdrawal = with_.catalog.withdrawal(campaign);
  // Same profiles, same day, same rules: the audience would be the same.
  const domain::Date today = domain::date_of(with_.now());
  const auto profiles = static_cast<std::uint64_t>(with_.profiles.progress().position("profiles", partition_));
  if (profiles != header.profile_position || domain::date_of(header.decided_at) != today) about.again = today;
  return about;
}

// What lies before the fold's place was shown by it, so it is needed soon.
auto PartitionDispatcher::fetch(Lane lane, Block block) -> Result<log::RecordPtr> {
  co_return co_await window(lane).get(static_cast<log::Offset>(block.offset),
                                      with_.deliveries_progress.position(intents_of(lane), partition_));
}

// Null for a record that is no such block, which the fold would never have shown.
auto PartitionDispatcher::read(const Queue& queue, Block block) -> Result<BlockPtr> {
  const result<log::RecordPtr> record = co_await fetch(queue.state->plan.lane, block);
  if (!record) co_return record.error();
  if (*record == nullptr) co_return BlockPtr();
  const result<BlockPtr> block_read = co_await read_block(with_.executor, with_.pool, *record);
  if (!block_read && block_read.error() == boost::system::errc::bad_message) co_return BlockPtr();
  co_return block_read;
}

auto PartitionDispatcher::send(Queue& queue, Block block) -> Result<void> {
  const Lane lane = queue.state->plan.lane;
  if (action_now(queue) == Action::hold) {
    queue.read_anew();
    co_return result<void>();
  }
  const result<BlockPtr> read_intents = co_await read(queue, block);
  if (!read_intents) co_return read_intents.error();
  const BlockPtr intents = *read_intents;
  if (intents != nullptr && action_now(queue) == Action::deliver) {
    if (!co_await knows_profiles_of(intents->header())) {
      queue.read_anew();
      co_return result<void>();
    }
  }

  const auto campaign = with_.catalog.campaign(queue.state->id);
  Recheck::Block about;
  std::string trouble = intents == nullptr ? "a block of its intents cannot be read" : "";
  std::shared_ptr<const campaign::CompiledCampaign> compiled;
  if (intents != nullptr) about = describe(*campaign, block, intents->header());
  if (about.action == Action::deliver) {
    const campaign::CompileOutcome& outcome = service_.compiled_.get(*campaign);
    compiled = outcome.compiled;
    about.compiled = compiled.get();
    if (compiled)
      about.offered.applied = about.offered.withdrawal.left_of(campaign::applied_since(*compiled, domain::date_of(with_.now())));
    trouble = outcome.reason;
  }
  if (intents != nullptr && about.action == Action::hold) {
    queue.read_anew();
    co_return result<void>();
  }
  if (!trouble.empty()) {
    with_.journal.error("campaign.unsendable", {{"campaign", campaign->id}, {"reason", trouble}});
    if (with_.unsendable) with_.unsendable(campaign->id, trouble);
    if (intents == nullptr)
      queues_.answered(lane, block, never);
    else
      queue.withheld.insert(block);
    co_return result<void>();
  }

  result<std::vector<contracts::Receipt>> looked = co_await look_again(about, *intents);
  if (!looked) co_return looked.error();
  co_await runtime::background_turn();
  // From here to the log nothing comes between: what was paused or has ended meanwhile is not delivered.
  if (action_now(queue) != about.action) {
    queue.read_anew();
    co_return result<void>();
  }
  if (looked->empty()) {
    queues_.answered(lane, block, with_.deliveries_progress.position(receipts_of(lane), partition_));
    co_return result<void>();
  }

  contracts::ReceiptsRecorded receipts;
  receipts.header.campaign = intents->header().campaign;
  receipts.header.occurrence = intents->header().occurrence;
  receipts.header.channel = intents->header().channel;
  receipts.header.at = with_.now();
  receipts.header.intents_offset = block.offset;
  receipts.facts = std::move(*looked);
  std::string traceparent(with_.catalog.launched_under(campaign->id));
  const observe::Trace trace = observe::Trace::read(traceparent);
  const result<log::Offset> offset = co_await append(lane, receipts, std::move(traceparent));
  if (!offset) co_return offset.error();
  queues_.answered(lane, block, *offset);
  count(receipts);
  service_.metrics_.answered(lane, partition_).increment(receipts.facts.size());
  if (!queue.begun) with_.journal.info("campaign.partition_sending", {{"campaign", campaign->id}, {"partition", partition_}}, &trace);
  queue.begun = true;
  co_return result<void>();
}

auto PartitionDispatcher::look_again(const Recheck::Block& about, const contracts::IntentsDecided& intents)
    -> Result<std::vector<contracts::Receipt>> {
  std::vector<const contracts::DecidedFact*> facts;
  std::vector<enterprise::Uscc> usccs;
  for (const contracts::DecidedFact& fact : intents.facts()) {
    if (fact.state != delivery::State::matched) continue;
    facts.push_back(&fact);
    usccs.push_back(fact.uscc);
  }
  const result<stores::StoredLedgers> ledgers = co_await with_.deliveries.ledgers(partition_, usccs);
  if (!ledgers) co_return ledgers.error();
  co_await runtime::background_turn();

  const delivery::IntentKeyView key = intents.header().key();
  std::vector<contracts::Receipt> receipts;
  receipts.reserve(facts.size());
  delivery::Ledger ledger;
  for (std::size_t next = 0; next < facts.size();) {
    const log::ByteGate::Pass pass = co_await service_.floor_->enter(1);
    if (!pass) co_return error_code(asio::error::operation_aborted);
    const auto deadline = Clock::now() + service_.settings_.slice;
    while (next < facts.size() && (next % facts_between_clocks != 0 || Clock::now() < deadline)) {
      if (const result<void> read = ledgers->read(next, ledger); !read) co_return read.error();
      if (auto receipt = recheck_.receipt(about, key, *facts[next], ledger)) receipts.push_back(*receipt);
      ++next;
    }
    if (next < facts.size()) co_await runtime::background_turn();
  }
  co_return receipts;
}

auto PartitionDispatcher::append(Lane lane, const contracts::ReceiptsRecorded& receipts, std::string traceparent) -> Result<log::Offset> {
  std::vector<log::NewRecord> records(1);
  log::NewRecord& record = records.front();
  record.topic = receipts_of(lane);
  record.partition = partition_;
  record.value = contracts::to_json(receipts);
  record.event.id = delivery::format_campaign(receipts.header.campaign) + "/" + std::to_string(partition_) + "/" +
                    std::to_string(receipts.header.intents_offset) + "/" + std::string(domain::name_of(receipts.facts.front().state));
  record.event.type = contracts::ReceiptsRecorded::type;
  record.event.source = "zhida/dispatcher";
  record.event.time_ms = receipts.header.at.time_since_epoch().count();
  record.event.traceparent = std::move(traceparent);
  const result<std::vector<log::Offset>> offsets = co_await with_.log.append(std::move(records));
  if (!offsets) co_return offsets.error();
  co_return offsets->front();
}

void PartitionDispatcher::count(const contracts::ReceiptsRecorded& receipts) {
  service_.metrics_.blocks.increment();
  for (const contracts::Receipt& receipt : receipts.facts) {
    if (receipt.state == delivery::State::suppressed)
      service_.metrics_.suppressed(receipt.reason).increment();
    else
      service_.metrics_.closed(receipt.state).increment();
  }
}

}  // namespace zhida::dispatcher
