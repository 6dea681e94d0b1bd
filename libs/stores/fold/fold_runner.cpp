#include "stores/fold/fold_runner.hpp"

#include "platform/runtime/background.hpp"
#include "platform/runtime/graceful_stop.hpp"
#include "stores/log_wait.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace zhida::stores {
namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::result;

namespace {

PositionVector furthest(const PositionVector& a, const PositionVector& b) {
  PositionVector result = a;
  for (std::size_t i = 0; i < b.next.size(); ++i) result.next[i] = std::max(a.next[i], b.next[i]);
  return result;
}

}  // namespace

FoldRunner::Follower::Follower(Generation of, std::size_t cache_fields) : cache(cache_fields) { restart(std::move(of)); }

void FoldRunner::Follower::restart(Generation from) {
  generation = std::move(from);
  cache.clear();
  ahead.assign(generation.at.next.size(), {});
  for (std::size_t topic = 0; topic < ahead.size(); ++topic) ahead[topic].next = generation.at.next[topic];
}

FoldRunner::FoldRunner(asio::any_io_executor executor, log::EventLog& log, redis::Client& redis, const Fold& fold, int partition,
                       Progress& progress, DeadLetters& dead_letters, Report report)
    : FoldRunner(std::move(executor), log, redis, fold, partition, progress, dead_letters, std::move(report), Settings()) {}

FoldRunner::FoldRunner(asio::any_io_executor executor, log::EventLog& log, redis::Client& redis, const Fold& fold, int partition,
                       Progress& progress, DeadLetters& dead_letters, Report report, Settings settings)
    : executor_(executor),
      log_(log),
      fold_(fold),
      partition_(partition),
      progress_(progress),
      dead_letters_(dead_letters),
      report_(std::move(report)),
      settings_(settings),
      state_(redis, fold, partition, log.id()),
      wake_(executor) {}

void FoldRunner::become(FoldCondition condition, std::string_view what) {
  if (condition == condition_ && what == last_report_) return;
  condition_ = condition;
  last_report_ = what;
  if (report_) report_(fold_.name(), partition_, what);
}

asio::awaitable<void> FoldRunner::run() {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation(), asio::enable_terminal_cancellation());
  auto delay = settings_.first_delay;
  for (;;) {
    const auto began = Notice::Clock::now();
    const result<void> ended = co_await session();
    if (ended) co_return;
    // While everything starts Redis is not there yet; that is nothing to report.
    if (condition_ != FoldCondition::starting || ended.error() != Error::unavailable) become(FoldCondition::stuck, ended.error().message());
    if (Notice::Clock::now() - began > settings_.longest_delay) delay = settings_.first_delay;
    co_await pause(delay);
    delay = std::min(2 * delay, settings_.longest_delay);
  }
}

asio::awaitable<result<Comparison>> FoldRunner::rebuild() {
  const std::uint64_t before = rebuilds_;
  rebuild_wanted_ = true;
  wake_.ring();
  const auto deadline = Notice::Clock::now() + std::chrono::hours(1);
  while (rebuilds_ == before) {
    if (Notice::Clock::now() >= deadline) co_return error_code(Error::unavailable);
    co_await progress_.moved(Notice::Clock::now() + std::chrono::milliseconds(50));
  }
  co_return last_comparison_;
}

std::optional<PositionVector> FoldRunner::position() const {
  if (live_) return live_->generation.at;
  if (building_) return building_->generation.at;
  return std::nullopt;
}

auto FoldRunner::ends() -> Result<PositionVector> {
  PositionVector vector;
  for (const std::string& topic : fold_.topics()) {
    const result<log::Range> range = co_await log_.range(topic, partition_);
    if (!range) co_return range.error();
    vector.next.push_back(range->end);
  }
  co_return vector;
}

void FoldRunner::adopt(std::optional<Follower>& follower, std::optional<Generation> generation) {
  if (!generation) {
    follower.reset();
  } else if (!follower) {
    follower.emplace(std::move(*generation), settings_.cache_fields);
  } else {
    follower->restart(std::move(*generation));
  }
}

auto FoldRunner::open() -> Result<void> {
  result<PositionVector> target = co_await ends();
  if (!target) co_return target.error();
  result<FoldMeta> meta = co_await state_.open(std::move(*target), rebuild_wanted_);
  if (!meta) co_return meta.error();
  // What another program wrote is not ours to write on: it is served as it stands until ours takes its place.
  if (meta->live && meta->live->layout != fold_.layout()) meta->live.reset();
  adopt(live_, std::move(meta->live));
  adopt(building_, std::move(meta->building));
  if (live_)
    announce();
  else
    become(FoldCondition::building, "folding from the start: the stored state is missing or of another log");
  co_return result<void>();
}

void FoldRunner::announce() {
  become(FoldCondition::live, "live");
  for (std::size_t i = 0; i < fold_.topics().size(); ++i) progress_.advance(fold_.topics()[i], partition_, live_->generation.at.next[i]);
}

// Folds until a graceful stop (success) or until something cannot be reached.
auto FoldRunner::session() -> Result<void> {
  result<void> opened = co_await open();
  if (!opened) co_return opened;
  sweeping_ = "0";
  for (;;) {
    if (co_await runtime::stop_requested()) co_return result<void>();
    if (rebuild_wanted_ && !building_) {
      opened = co_await open();
      if (!opened) co_return opened;
    }
    bool idle = true;
    // Before one replaces the other both go to the same place, and no further: only there can they be compared.
    std::optional<PositionVector> meeting;
    if (live_ && building_ && building_->generation.at.reaches(building_->generation.target))
      meeting = furthest(live_->generation.at, building_->generation.at);
    const PositionVector* const cap = meeting ? &*meeting : nullptr;
    for (std::optional<Follower>* follower : {&live_, &building_}) {
      if (!*follower) continue;
      result<Advance> advanced = co_await advance(**follower, cap);
      if (!advanced) {
        const result<void> given_up = co_await give_up(**follower, advanced.error());
        if (!given_up) co_return given_up.error();
        advanced = Advance::refused;
      }
      if (*advanced == Advance::refused) {
        opened = co_await open();
        if (!opened) co_return opened;
        idle = false;
        break;
      }
      if (*advanced == Advance::folded) {
        idle = false;
        if (follower == &live_) announce();
      }
    }
    if (building_) {
      const result<Advance> finished = co_await finish_building();
      if (!finished) co_return finished.error();
      if (*finished == Advance::refused) opened = co_await open();
      if (!opened) co_return opened;
      if (*finished != Advance::idle) idle = false;
    }
    if (sweeping_) {
      result<std::string> cursor = co_await state_.sweep(*sweeping_);
      if (!cursor) co_return cursor.error();
      sweeping_ = std::move(*cursor);
      if (*sweeping_ == "0") sweeping_.reset();
      continue;
    }
    if (!idle) continue;
    co_await runtime::wait_for_work(rest());
    const Follower& shown = live_ ? *live_ : *building_;
    const result<Standing> standing = co_await state_.look_at(shown.generation);
    if (!standing) co_return standing.error();
    if (*standing == Standing::moved) {
      opened = co_await open();
      if (!opened) co_return opened;
      sweeping_ = "0";
    }
  }
}

// Until there is something to fold, or it is time to look whether the stored state is still there.
asio::awaitable<void> FoldRunner::rest() {
  std::vector<log::Position> positions;
  const Follower& follower = live_ ? *live_ : *building_;
  for (std::size_t i = 0; i < fold_.topics().size(); ++i) {
    log::Position position;
    position.topic = fold_.topics()[i];
    position.partition = partition_;
    position.next = follower.ahead[i].next;
    positions.push_back(std::move(position));
  }
  return wait_for_records(log_, std::move(positions), Notice::Clock::now() + settings_.check);
}

asio::awaitable<void> FoldRunner::pause(std::chrono::milliseconds delay) {
  const auto until = Notice::Clock::now() + delay;
  co_await runtime::wait_for_work(wake_.wait(until));
}

// Gives up a generation that is beyond use; an error that is not its fault is passed on.
auto FoldRunner::give_up(Follower& follower, error_code why) -> Result<void> {
  if (why != log::Error::beyond_end && why != Error::corrupt_state) co_return why;
  if (report_) report_(fold_.name(), partition_, why.message() + ": generation " + follower.generation.name + " is folded anew");
  const result<Standing> abandoned = co_await state_.abandon(follower.generation);
  if (!abandoned) co_return abandoned.error();
  co_return result<void>();
}

auto FoldRunner::gather(Follower& follower, const PositionVector* cap) -> Result<std::vector<FoldInput>> {
  // Every other batch begins with the first topics, the urgent ones; those between give each topic its turn, so that a long one keeps
  // none of the others waiting.
  const std::size_t topics = follower.ahead.size(), batch_number = follower.batches++;
  const std::size_t start = batch_number % 2 == 0 ? 0 : batch_number / 2 % topics;
  std::vector<FoldInput> inputs;
  for (std::size_t i = 0; i < topics && inputs.size() < settings_.batch_records; ++i) {
    const std::size_t topic = (start + i) % topics;
    Follower::Ahead& ahead = follower.ahead[topic];
    if (ahead.used == ahead.records.size()) {
      log::ReadLimits limits;
      limits.records = settings_.batch_records;
      limits.bytes = settings_.read_bytes;
      result<log::Batch> batch = co_await log_.read(fold_.topics()[topic], partition_, ahead.next, limits);
      if (!batch) co_return batch.error();
      ahead.records = std::move(batch->records);
      ahead.used = 0;
      ahead.next = batch->next;
    }
    for (std::size_t used = ahead.used; used < ahead.records.size() && inputs.size() < settings_.batch_records; ++used) {
      if (cap != nullptr && ahead.records[used]->offset >= cap->next[topic]) break;
      FoldInput input;
      input.topic = topic;
      input.record = ahead.records[used];
      inputs.push_back(std::move(input));
    }
  }
  co_return inputs;
}

auto FoldRunner::load(Follower& follower, FoldStep& step) -> Result<void> {
  for (std::vector<FieldRead> wanted = step.wanted(); !wanted.empty(); wanted = step.wanted()) {
    std::vector<std::string> known(wanted.size());
    std::vector<std::optional<std::string_view>> values(wanted.size());
    std::vector<FieldRead> missing;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (const std::string* value = follower.cache.find(wanted[i].key, wanted[i].field)) {
        known[i] = *value;
        values[i] = known[i];
      } else {
        missing.push_back(wanted[i]);
        places.push_back(i);
      }
    }
    std::vector<std::optional<std::string>> read;
    if (missing.empty()) {
      // Others run between two parts of the work also when there is nothing to wait for.
      co_await runtime::background_turn();
    } else {
      result<std::vector<std::optional<std::string>>> loaded = co_await state_.load(follower.generation, missing);
      if (!loaded) co_return loaded.error();
      co_await runtime::background_turn();
      read = std::move(*loaded);
      for (std::size_t i = 0; i < read.size(); ++i)
        if (read[i]) values[places[i]] = *read[i];
    }
    step.loaded(values);
    for (std::size_t i = 0; i < read.size(); ++i)
      if (read[i]) follower.cache.put(missing[i].key, missing[i].field, std::move(*read[i]));
  }
  co_return result<void>();
}

auto FoldRunner::quarantine(const std::vector<FoldInput>& inputs, std::vector<PoisonInput> poison) -> Result<void> {
  if (poison.empty()) co_return result<void>();
  std::vector<DeadLetters::Input> letters;
  for (PoisonInput& part : poison) {
    DeadLetters::Input letter;
    letter.topic = fold_.topics()[inputs[part.input].topic];
    letter.partition = partition_;
    letter.record = inputs[part.input].record;
    letter.poison = std::move(part);
    letters.push_back(std::move(letter));
  }
  co_return co_await dead_letters_.quarantine(std::move(letters));
}

auto FoldRunner::advance(Follower& follower, const PositionVector* cap) -> Result<Advance> {
  result<std::vector<FoldInput>> gathered = co_await gather(follower, cap);
  if (!gathered) co_return gathered.error();
  const std::vector<FoldInput> inputs = std::move(*gathered);

  std::size_t taken = 0;
  std::vector<FieldWrite> writes;
  if (!inputs.empty()) {
    co_await runtime::background_turn();
    bool corrupt = false;
    std::vector<PoisonInput> poison;
    try {
      const std::unique_ptr<FoldStep> step = fold_.begin(partition_, inputs, taken);
      const result<void> loaded = co_await load(follower, *step);
      if (!loaded) co_return loaded.error();
      co_await runtime::background_turn();
      writes = step->writes();
      poison = step->poison();
    } catch (const CorruptState&) {
      corrupt = true;
    }
    if (corrupt) co_return error_code(Error::corrupt_state);
    const result<void> quarantined = co_await quarantine(inputs, std::move(poison));
    if (!quarantined) co_return quarantined.error();
  }

  PositionVector to = follower.generation.at;
  std::vector<std::size_t> used(follower.ahead.size(), 0);
  for (std::size_t i = 0; i < taken; ++i) ++used[inputs[i].topic];
  for (std::size_t topic = 0; topic < used.size(); ++topic) {
    const Follower::Ahead& ahead = follower.ahead[topic];
    const std::size_t after = ahead.used + used[topic];
    to.next[topic] = after == ahead.records.size() ? ahead.next : ahead.records[after]->offset;
    if (cap != nullptr) to.next[topic] = std::max(follower.generation.at.next[topic], std::min(to.next[topic], cap->next[topic]));
  }
  if (to == follower.generation.at) co_return Advance::idle;

  const result<Standing> standing = co_await state_.commit(follower.generation, to, writes);
  if (!standing) co_return standing.error();
  if (*standing == Standing::moved) co_return Advance::refused;
  if (!writes.empty()) co_await runtime::background_turn();
  for (FieldWrite& write : writes) {
    if (write.value)
      follower.cache.put(write.key, write.field, std::move(*write.value));
    else
      follower.cache.forget(write.key, write.field);
  }
  for (std::size_t topic = 0; topic < used.size(); ++topic) follower.ahead[topic].used += used[topic];
  follower.generation.at = std::move(to);
  co_return Advance::folded;
}

// Folded: the generation became the live one. Refused: somebody else moved one of the two.
auto FoldRunner::finish_building() -> Result<Advance> {
  Follower& fresh = *building_;
  if (!fresh.generation.at.reaches(fresh.generation.target)) co_return Advance::idle;
  Comparison comparison;
  if (live_) {
    if (live_->generation.at != fresh.generation.at) co_return Advance::idle;
    result<Comparison> compared = co_await state_.compare(live_->generation, fresh.generation);
    if (!compared) co_return compared.error();
    comparison = std::move(*compared);
    const result<Standing> standing = co_await state_.look_at(live_->generation);
    if (!standing) co_return standing.error();
    if (*standing == Standing::moved) co_return Advance::refused;
  }
  const result<Standing> swapped = co_await state_.swap(fresh.generation);
  if (!swapped) co_return swapped.error();
  if (*swapped == Standing::moved) co_return Advance::refused;
  if (comparison.different != 0 && report_)
    report_(fold_.name(), partition_, "the state folded anew differs in " + std::to_string(comparison.different) + " keys; it is live now");
  live_ = std::move(building_);
  building_.reset();
  last_comparison_ = std::move(comparison);
  rebuild_wanted_ = false;
  ++rebuilds_;
  sweeping_ = "0";
  announce();
  co_return Advance::folded;
}

}  // namespace zhida::stores
