// The processes of a seed, what happens to them, and how everything comes to rest.

#include "simulation/cluster.hpp"

#include "contracts/dead_letters/dead_letter.hpp"
#include "contracts/topics.hpp"
#include "schemas/files.hpp"
#include "stores/topic_layout.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace zhida::simulation {
namespace {

namespace asio = boost::asio;
namespace topics = contracts::topics;

const stores::ReferenceData& reference() {
  static const stores::ReferenceData data =
      stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); });
  return data;
}

constexpr Nanoseconds trouble = 6 * second;          // how long there are faults
constexpr Nanoseconds latest = 3'200 * millisecond;  // until then what is late has come

}  // namespace

Cluster::Cluster(std::uint64_t seed, const Bug& bug)
    : world_(seed),
      flaws_(bug.flaws),
      brokers_(world_, stores::topic_layout(2 + static_cast<int>(seed % 3))),
      redis_(world_),
      empty_redis_(world_),
      partitions_(2 + static_cast<int>(seed % 3)),
      ground_{world_, brokers_, redis_, reference(), partitions_, flaws_},
      street_(world_.new_host()),
      people_(street_.context.get_executor(), [this](std::string_view reason) { unrest_ = "somebody gave up: " + std::string(reason); }),
      data_centre_(std::make_unique<LogPort>(world_, brokers_, street_)) {
  if (bug.brokers) bug.brokers(brokers_);
  if (bug.redis) bug.redis(redis_);
}

Cluster::~Cluster() { end(); }

bool Cluster::end() {
  data_centre_->cut();
  asio::post(street_.context, [this] { people_.stop(asio::cancellation_type::terminal); });
  if (observer_) nodes_.push_back(std::move(observer_));
  for (auto& node : nodes_) {
    if (!node) continue;
    node->kill();
    ended_.push_back(std::move(node));
  }
  nodes_.clear();
  peace_ = true;
  return world_.run([this] { return people_.size() == 0 && std::ranges::all_of(ended_, [](const auto& node) { return node->ended(); }); },
                    30 * second);
}

void Cluster::start_processes() {
  Random& random = world_.random;
  const auto add = [this, &random](std::string name, bool operates, std::vector<int> owned, bool matches, bool dispatches) {
    Duties duties;
    duties.name = std::move(name);
    duties.operates = operates;
    duties.partitions = std::move(owned);
    duties.matches = matches;
    duties.dispatches = dispatches;
    duties.skew = std::chrono::milliseconds(random.chance(50) ? random.between(-1'500, 1'500) : 0);
    nodes_.push_back(std::make_unique<Node>(ground_, std::move(duties)));
  };
  std::vector<int> all;
  for (int p = 0; p < partitions_; ++p) all.push_back(p);
  add("operator-1", true, {}, false, false);
  if (random.chance(40)) add("operator-2", true, {}, false, false);
  switch (random.below(4)) {
    case 0:  // everything in one process
      add("worker", false, all, true, true);
      break;
    case 1:  // partitions divided, one of them owned twice
      add("worker-1", false, {all.begin(), all.begin() + 1 + partitions_ / 2}, true, true);
      add("worker-2", false, {all.begin() + partitions_ / 2, all.end()}, true, true);
      break;
    case 2:  // matchers and dispatchers apart
      add("matcher", false, all, true, false);
      add("dispatcher", false, all, false, true);
      break;
    default:  // everything twice
      add("worker-1", false, all, true, true);
      add("worker-2", false, all, true, true);
  }
}

Node* Cluster::some_node(bool operating) {
  std::vector<Node*> fit;
  for (const auto& node : nodes_)
    if (node && (!operating || node->duties().operates)) fit.push_back(node.get());
  return fit.empty() ? nullptr : world_.random.pick(fit);
}

void Cluster::restart(std::size_t index, Nanoseconds after) {
  if (!nodes_[index]) return;
  const Duties duties = nodes_[index]->duties();
  nodes_[index]->kill();
  ended_.push_back(std::move(nodes_[index]));
  world_.after(after, [this, index, duties] {
    if (index < nodes_.size() && !nodes_[index]) nodes_[index] = std::make_unique<Node>(ground_, duties);
  });
}

void Cluster::supervise() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i] && nodes_[i]->failure()) restart(i, 100 * millisecond);
  world_.after(100 * millisecond, [this] { supervise(); });
}

void Cluster::plan_faults() {
  Random& random = world_.random;
  world_.after(100 * millisecond, [this] { supervise(); });
  if (random.chance(10)) return;  // a quiet day
  const auto rate = [&random](int most) { return random.chance(50) ? static_cast<int>(random.below(static_cast<std::size_t>(most))) : 0; };
  Faults& faults = world_.faults;
  faults.append_lost = rate(600);
  faults.append_unknown = rate(1'000);
  faults.append_late = rate(600);
  faults.append_partial = rate(300);
  faults.append_doubled = rate(1'000);
  faults.slow_ack = rate(800);
  faults.read_error = rate(200);
  faults.redis_cut = rate(300);
  faults.redis_slow = rate(300);
  for (std::size_t strikes = random.below(11); strikes > 0; --strikes)
    world_.after(random.between(50, trouble / millisecond) * millisecond, [this] {
      if (!peace_) strike();
    });
}

void Cluster::strike() {
  Random& random = world_.random;
  const std::size_t index = random.below(nodes_.size());
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      restart(index, random.between(5, 1'500) * millisecond);
      break;
    case 3:
    case 4: {  // another takes over, then the first goes on
      if (!nodes_[index] || nodes_[index]->frozen()) break;
      Node* const stale = nodes_[index].get();
      stale->freeze(true);
      world_.note("frozen");
      if (random.chance(60)) nodes_.push_back(std::make_unique<Node>(ground_, stale->duties()));
      world_.after(random.between(50, 3'000) * millisecond, [this, stale] {
        for (const auto& node : nodes_)
          if (node.get() == stale) stale->freeze(false);
      });
      break;
    }
    case 5:
      redis_.kill(random.between(20, 1'200) * millisecond, random.chance(40));
      break;
    case 6:
      redis_.remember();
      break;
    case 7:
      if (redis_.up()) redis_.flush();
      world_.note("flush");
      break;
    case 8:
    case 9:
      repeat_record();
      break;
    default:
      spoil();
  }
}

// Something that does not belong there.
void Cluster::spoil() {
  static const std::vector<std::string_view> places{topics::intents,  topics::intents_urgent, topics::receipts, topics::engagements,
                                                    topics::outcomes, topics::profiles,       topics::catalog,  topics::commands};
  static const std::vector<std::string> values{"", "{", "[]", R"({"uscc":1})", "\xff\xfe", R"({"campaign":"c0"})"};
  const std::string topic(world_.random.pick(places));
  const bool single = topic == topics::catalog || topic == topics::commands;
  contracts::DeadLetter letter;
  letter.topic = topic;
  letter.partition = single ? 0 : static_cast<int>(world_.random.below(static_cast<std::size_t>(partitions_)));
  letter.offset = static_cast<std::uint64_t>(brokers_.end(brokers_.index().find(topic, letter.partition)));
  append(topic, letter.partition, "poison", world_.random.pick(values), "poison-" + std::to_string(++ids_), "zhida.nobody.knows.v1");
  truth_.poison.insert(letter.id());
}

// A record comes again, much later than a producer would send it.
void Cluster::repeat_record() {
  static const std::vector<std::string_view> places{topics::intents,         topics::intents_urgent, topics::receipts,
                                                    topics::receipts_urgent, topics::engagements,    topics::profiles,
                                                    topics::catalog,         topics::commands,       topics::audit};
  const std::string topic(world_.random.pick(places));
  const bool single = topic == topics::catalog || topic == topics::commands || topic == topics::audit;
  const int partition = single ? 0 : static_cast<int>(world_.random.below(static_cast<std::size_t>(partitions_)));
  const std::vector<log::RecordPtr>& all = brokers_.records(topic, partition);
  if (all.empty()) return;
  const log::RecordPtr record = world_.random.pick(all);
  if (record->event.id.starts_with("poison")) return;
  std::vector<log::NewRecord> copies(1);
  copies[0].topic = topic;
  copies[0].partition = partition;
  copies[0].key = record->key;
  copies[0].value = record->value;
  copies[0].event = record->event;
  brokers_.append(copies);
}

void Cluster::heal() {
  peace_ = true;
  world_.note("peace");
  world_.faults = Faults();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i]) continue;
    nodes_[i]->freeze(false);
    if (i == 0 || world_.random.chance(30)) restart(i, 50 * millisecond);
  }
}

bool Cluster::play() {
  write_history();
  start_processes();
  plan_people();
  plan_faults();
  world_.run([this] { return people_.size() == 0 && virtual_time::elapsed() > trouble / 2; }, trouble + 2 * second);
  heal();
  if (!world_.run([this] { return people_.size() == 0 || !unrest_.empty(); }, 40 * second)) unrest_ = "somebody is still not answered";
  world_.run([this] { return std::ranges::all_of(nodes_, [](const auto& node) { return node != nullptr; }); }, 5 * second);
  world_.run([] { return false; }, latest);
  people_.spawn(close_campaigns());
  if (!world_.run([this] { return people_.size() == 0; }, 30 * second)) unrest_ = "campaigns cannot be closed";
  if (!unrest_.empty()) return false;

  observer_ = std::make_unique<Node>(ground_, Duties{"observer", false, {}, false, false, {}});
  unrest_ = "records are still written";
  observer_->tasks().spawn(observe());
  return world_.run([this] { return unrest_.empty(); }, 60 * second);
}

// What is not done yet; empty: everything. Keeps what is served.
asio::awaitable<std::string> Cluster::look_at_unrest() {
  stores::CatalogStore& catalog = observer_->catalog();
  stores::DeliveriesReader& deliveries = observer_->deliveries();
  const auto end = [this](std::string_view topic, int partition) { return brokers_.end(brokers_.index().find(topic, partition)); };
  if (!catalog.ready()) co_return "the catalogue is not folded";
  for (const log::RecordPtr& record : brokers_.records(topics::commands, 0)) {
    const auto command = contracts::command_requested_from_json(record->value);
    const stores::CommandState* const known =
        catalog.commands().find(command ? command->command : "poison-" + std::to_string(record->offset));
    if (known == nullptr || !known->outcome) co_return "a command has no outcome";
  }
  for (const auto& [id, campaign] : catalog.campaigns())
    if (!campaign::is_terminal(campaign->state)) co_return id + " is " + std::string(domain::name_of(campaign->state));
  const auto at = co_await deliveries.folded_to();
  if (!at) co_return "the fold is not served";
  for (const auto& [topic, next] : *at)
    for (int p = 0; p < partitions_; ++p)
      if (next[static_cast<std::size_t>(p)] < end(topic, p)) co_return topic + " is not folded to its end";
  served_ = Served();
  const auto numbers = co_await deliveries.campaigns();
  for (const delivery::CampaignNumber number : numbers.value()) {
    const std::string id = "c" + std::to_string(number);
    const auto totals = co_await deliveries.campaign(number);
    delivery::IntentKeyView key;
    key.campaign = number;
    const auto marks = co_await deliveries.decided(key);
    for (std::size_t state = 0; state < totals.value().campaign.by_state.size(); ++state)
      if (!delivery::is_closed(static_cast<delivery::State>(state)) && totals->campaign.by_state[state] != 0)
        co_return id + " has open intents";
    if (std::ranges::any_of(marks.value(), [](const auto& mark) { return !mark; })) co_return id + " is not wholly decided";
    served_.campaigns[number] = *totals;
    served_.marks[number] = *marks;
  }
  for (const enterprise::Uscc& uscc : enterprises_) {
    const auto ledger = co_await deliveries.ledger(uscc);
    served_.ledgers[uscc] = ledger.value();
  }
  co_return "";
}

// Looks until everything is done and nothing is written any more.
asio::awaitable<void> Cluster::observe() {
  std::size_t seen = 0;
  for (int quiet = 0; quiet < 8;) {
    co_await sleep(150 * millisecond);
    std::size_t records = 0;
    for (std::size_t i = 0; i < brokers_.index().size(); ++i) records += static_cast<std::size_t>(brokers_.end(i));
    quiet = records == seen ? quiet + 1 : 0;
    seen = records;
    if (quiet != 7) continue;
    std::string unrest = co_await look_at_unrest();
    if (unrest.empty()) break;
    unrest_ = std::move(unrest);
    quiet = 4;
  }
  unrest_.clear();
}

RedisModel::Keys Cluster::refolded() {
  static const Flaws honest;
  const Ground ground{world_, brokers_, empty_redis_, reference(), partitions_, honest};
  Duties duties;
  duties.name = "folds anew";
  for (int p = 0; p < partitions_; ++p) duties.partitions.push_back(p);
  auto node = std::make_unique<Node>(ground, duties);
  bool done = false;
  const auto wait = [](Node& of, const Brokers& brokers, int partitions, bool& ended) -> asio::awaitable<void> {
    for (;;) {
      asio::steady_timer timer(of.executor(), std::chrono::milliseconds(20));
      co_await timer.async_wait(asio::use_awaitable);
      const auto at = co_await of.deliveries().folded_to();
      if (!at) continue;
      ended = true;
      for (const auto& [topic, next] : *at)
        for (int p = 0; p < partitions; ++p)
          if (next[static_cast<std::size_t>(p)] < brokers.end(brokers.index().find(topic, p))) ended = false;
      if (ended) co_return;
    }
  };
  node->tasks().spawn(wait(*node, brokers_, partitions_, done));
  world_.run([&done] { return done; }, 30 * second);
  RedisModel::Keys keys = empty_redis_.model.keys();
  node->kill();
  ended_.push_back(std::move(node));
  return keys;
}

}  // namespace zhida::simulation
