#include "domain/campaign/still_offered.hpp"
#include "domain/effect/measure.hpp"
#include "matcher/partition_matcher.hpp"
#include "platform/runtime/background.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

// How enterprises become blocks of intents.
namespace zhida::matcher {
namespace {

namespace asio = boost::asio;
namespace engine = matching::engine;
using boost::system::error_code;
using boost::system::result;
using Clock = stores::Notice::Clock;

// Between two looks at the clock.
constexpr std::size_t at_once = 16;
constexpr std::size_t most_ready = 4;         // blocks
constexpr std::size_t most_passed_over = 64;  // each may be of a block that is to be decided

std::string name_of(delivery::IntentKeyView key) {
  return delivery::format_campaign(key.campaign) + "." + std::string(key.occurrence) + "." + std::string(key.channel);
}

}  // namespace

void PartitionMatcher::begin_block(Run& run) {
  run.gathered_from = run.cursor;
  run.at = with_.now();
  run.profile_position = static_cast<std::uint64_t>(with_.profiles.progress().position("profiles", partition_));
}

bool PartitionMatcher::is_full(const Run& run) const {
  return run.candidates.size() == run.block_facts || run.candidates.evidence_bytes() >= service_.settings_.block_evidence;
}

void PartitionMatcher::rewind(Run& run) {
  forget_columns(run);
  if (run.stage != Stage::deciding) return;
  if (!run.blocks.empty())
    run.cursor = run.blocks.front().from;
  else if (!run.candidates.empty())
    run.cursor = run.gathered_from;
  run.candidates.clear();
  run.blocks.clear();
}

// Profiles change while a campaign is decided: until the caller suspends next, the masks are of the profiles as they are.
asio::awaitable<void> PartitionMatcher::read_columns(Run& run) {
  if (run.compiled->audience.listed()) co_return;
  const domain::Date date = domain::date_of(run.at);
  auto epoch = co_await with_.columns.at(date);
  if (!run.members) run.members.emplace(run.compiled->audience);
  run.members->look_at(std::move(epoch), date);
}

// An epoch kept is memory kept.
void PartitionMatcher::forget_columns(Run& run) { run.members.reset(); }

// The next few places of those who may be in the audience; none if it is nobody of a few more.
void PartitionMatcher::find_next(Run& run) {
  next_.clear();
  const std::size_t room = std::min(at_once, run.block_facts - run.candidates.size());
  const std::size_t end = std::min(run.order->size(), run.cursor + most_passed_over);
  for (; run.cursor < end && next_.size() < room; ++run.cursor) {
    const std::uint32_t place = (*run.order)[run.cursor];
    if (!run.members || run.members->contains(with_.columns.id({partition_, place}))) next_.push_back(place);
  }
  if (run.members) with_.profiles.fetch_ahead(partition_, next_);
}

// One enterprise: is it in the audience, and if so, what is to be remembered about it.
void PartitionMatcher::look_at(Run& run, std::uint32_t place) {
  const campaign::CompiledAudience& audience = run.compiled->audience;
  if (run.members) {
    with_.profiles.slots(partition_, place, run.slots, slots_);
    run.members->decide_items(with_.columns.id({partition_, place}), slots_, work_);
    return add_candidate(run, with_.profiles.uscc(partition_, place));
  }
  const domain::Date date = domain::date_of(run.at);
  const enterprise::Uscc& uscc = (*audience.listed())[place];
  determinations_.clear();
  if (const std::optional<stores::Row> row = with_.profiles.find(uscc)) {
    with_.profiles.slots(partition_, *row, run.slots, slots_);
    with_.profiles.determinations(partition_, *row, date, determinations_);
  } else {
    std::ranges::fill(slots_, cel::Value::missing());
  }
  if (audience.contains(uscc, {slots_, determinations_}, date, work_)) add_candidate(run, uscc);
}

void PartitionMatcher::add_candidate(Run& run, const enterprise::Uscc& uscc) {
  run.candidates.add(uscc, work_.items, evidence_.facets(slots_));
  evidence_.append_values(run.candidates.values(), slots_, run.compiled->audience.slots());
}

// What is ready goes to the log, which takes its time, while what follows is made ready. That is not sent before it is known what became
// of the first: only what was sent last can be uncertain.
auto PartitionMatcher::decide_on(Run& run) -> Result<void> {
  using namespace asio::experimental::awaitable_operators;
  if (run.blocks.empty()) co_return co_await look_on(run);
  const std::optional<delivery::State> state = decided_now(run);
  if (std::ranges::any_of(run.blocks, [&](const Block& block) { return block.state != state; })) {
    rewind(run);  // decided again as it now must be
    co_return result<void>();
  }
  bool sent = false;
  auto sending = send(run, std::exchange(run.blocks, {}), sent);
  auto looking = look_on_until(run, sent);
  auto both = std::move(sending) && std::move(looking);
  const auto [offset, looked] = co_await std::move(both);
  if (!offset) {
    run.stage = Stage::opening;
    run.uncertain = true;
    co_return offset.error();
  }
  run.folded_before = *offset + 1;
  co_return looked;
}

auto PartitionMatcher::look_on_until(Run& run, const bool& sent) -> Result<void> {
  result<void> looked;
  do {
    looked = co_await look_on(run);
  } while (looked && !sent && decided_now(run) && run.cursor < run.order->size() && run.blocks.size() < most_ready);
  co_return looked;
}

// One slice of looking at enterprises; a block once enough are found.
auto PartitionMatcher::look_on(Run& run) -> Result<void> {
  {
    const log::ByteGate::Pass pass = co_await service_.floor_->enter(1);
    if (!pass) co_return error_code(asio::error::operation_aborted);
    if (run.candidates.empty()) begin_block(run);
    co_await read_columns(run);
    const auto deadline = Clock::now() + service_.settings_.slice;
    const std::size_t from = run.cursor;
    do {
      find_next(run);
      for (const std::uint32_t place : next_) look_at(run, place);
    } while (run.cursor < run.order->size() && !is_full(run) && Clock::now() < deadline);
    service_.metrics_.looked_at.increment(run.cursor - from);
  }
  co_await runtime::background_turn();
  const bool last = run.cursor == run.order->size();
  if (!run.candidates.empty() && (last || is_full(run))) {
    result<void> decided = co_await decide_block(run);
    if (!decided) co_return decided;
  }
  if (run.cursor == run.order->size() && run.candidates.empty() && run.blocks.empty()) {
    run.stage = Stage::closing;
    forget_columns(run);
  }
  co_return result<void>();
}

auto PartitionMatcher::decide_block(Run& run) -> Result<void> {
  const result<stores::StoredLedgers> ledgers = co_await with_.deliveries.ledgers(partition_, run.candidates.usccs());
  if (!ledgers) co_return ledgers.error();
  co_await runtime::background_turn();

  const contracts::IntentsHeader header = header_of(run);
  contracts::IntentsWriter writer(header);
  const std::optional<delivery::State> state = decided_now(run);
  if (!state) co_return result<void>();  // decided once it is known again as what
  const bool to_send = state == delivery::State::matched;
  campaign::StillOffered offered{with_.catalog.has_undisclosed_content(*run.campaign), with_.catalog.withdrawal(*run.campaign), {}};
  offered.applied = offered.withdrawal.left_of(campaign::applied_since(*run.compiled, domain::date_of(run.at)));
  const auto is_member = [] { return true; };
  Reasons reasons{};
  delivery::Ledger ledger;
  for (std::size_t next = 0; next < run.candidates.size();) {
    const log::ByteGate::Pass pass = co_await service_.floor_->enter(1);
    if (!pass) co_return error_code(asio::error::operation_aborted);
    const auto deadline = Clock::now() + service_.settings_.slice;
    while (next < run.candidates.size() && (next % at_once != 0 || Clock::now() < deadline)) {
      const std::size_t index = next++;
      if (const result<void> read = ledgers->read(index, ledger); !read) co_return read.error();
      const delivery::IntentRecord* known = ledger.find(header.key());
      if (known != nullptr && known->decision) continue;
      const auto meant_for_withdrawn = [&] { return offered.withdrawal.leaves_nothing(run.candidates.items(index)); };
      const auto reason = to_send ? campaign::reason_against(offered, ledger, is_member, meant_for_withdrawn) : delivery::Reason::none;
      run.candidates.write(index, reason == delivery::Reason::none ? *state : delivery::State::suppressed, reason, writer);
      ++reasons[static_cast<std::size_t>(reason)];
    }
    if (next < run.candidates.size()) co_await runtime::background_turn();
  }
  if (writer.facts() != 0) {
    Block& block = run.blocks.emplace_back();
    block.from = run.gathered_from;
    block.state = *state;
    block.id = name_of(header.key()) + "/" + std::string(run.candidates.usccs().front().text());
    block.facts = writer.facts();
    block.json = writer.finish();
    block.reasons = reasons;
  }
  run.candidates.clear();
  co_return result<void>();
}

auto PartitionMatcher::send(const Run& run, std::vector<Block> blocks, bool& sent) -> Result<log::Offset> {
  std::vector<log::NewRecord> records;
  for (Block& block : blocks) records.push_back(record_of(run, std::move(block.id), contracts::IntentsWriter::type, std::move(block.json)));
  const result<log::Offset> last = co_await append(std::move(records));
  sent = true;
  if (!last) co_return last;
  service_.metrics_.blocks.increment(blocks.size());
  for (const Block& block : blocks) {
    service_.metrics_.intents(run.campaign->plan.lane, partition_).increment(block.facts);
    for (std::size_t i = 0; i < block.reasons.size(); ++i)
      (i == 0 ? service_.metrics_.unsuppressed(block.state) : service_.metrics_.suppressed(static_cast<delivery::Reason>(i)))
          .increment(block.reasons[i]);
  }
  co_return last;
}

// The number announced is the one the fold counts: whatever was decided in other lives is in it.
auto PartitionMatcher::close(Run& run) -> Result<void> {
  const auto totals = co_await with_.deliveries.totals(partition_, run.number);
  if (!totals) co_return totals.error();
  contracts::PartitionDecided mark;
  mark.campaign = run.number;
  mark.profile_position = run.profile_position;
  mark.at = with_.now();
  for (const effect::Counters::Entry& entry : *totals)
    if (entry.key.item == 0 && entry.key.measure == effect::Measure::decided) mark.intents = static_cast<std::uint64_t>(entry.value);
  if (!decided_now(run)) co_return result<void>();
  std::string id = name_of(key_of(run)) + "/" + std::to_string(partition_);
  std::string json = contracts::to_json(mark);
  std::vector<log::NewRecord> records;
  records.push_back(record_of(run, std::move(id), contracts::PartitionDecided::type, std::move(json)));
  const result<log::Offset> offset = co_await append(std::move(records));
  if (!offset) co_return offset.error();
  finish(run);
  service_.metrics_.partitions_decided.increment();
  const observe::Trace trace = observe::Trace::read(with_.catalog.launched_under(run.campaign->id));
  with_.journal.info("campaign.partition_decided", {{"campaign", run.campaign->id}, {"partition", partition_}, {"intents", mark.intents}},
                     &trace);
  co_return result<void>();
}

log::NewRecord PartitionMatcher::record_of(const Run& run, std::string id, std::string_view type, std::string value) const {
  log::NewRecord record;
  record.topic = topic_of(run.campaign->plan.lane);
  record.partition = partition_;
  record.value = std::move(value);
  record.event.id = std::move(id);
  record.event.type = type;
  record.event.source = "zhida/matcher";
  record.event.time_ms = with_.now().time_since_epoch().count();
  record.event.traceparent = with_.catalog.launched_under(run.campaign->id);
  return record;
}

/// Where the last of them is.
auto PartitionMatcher::append(std::vector<log::NewRecord> records) -> Result<log::Offset> {
  const result<std::vector<log::Offset>> offsets = co_await with_.log.append(std::move(records));
  if (!offsets) co_return offsets.error();
  co_return offsets->back();
}

delivery::IntentKeyView PartitionMatcher::key_of(const Run& run) const {
  delivery::IntentKeyView key;
  key.campaign = run.number;
  return key;
}

contracts::IntentsHeader PartitionMatcher::header_of(const Run& run) const {
  contracts::IntentsHeader header;
  header.campaign = run.number;
  header.decided_at = run.at;
  header.profile_position = run.profile_position;
  for (const auto& compiled : run.compiled->audience.items()) {
    contracts::IntentItem& item = header.items.emplace_back();
    item.id = compiled->id;
    item.version = static_cast<std::uint32_t>(compiled->version->version);
    item.rule_hash = compiled->version->rule_hash;
    item.exclusive_group = compiled->version->content.exclusive_group.value_or("");
  }
  return header;
}

}  // namespace zhida::matcher
