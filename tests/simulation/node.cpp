#include "simulation/node.hpp"

#include "platform/http/problem.hpp"
#include "platform/log/ticket.hpp"

#include <boost/asio/post.hpp>

#include <cstdlib>
#include <utility>

namespace zhida::simulation {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::result;
using namespace std::chrono_literals;

error_code again() { return asio::error::make_error_code(asio::error::try_again); }

template <class T>
using TicketPtr = std::shared_ptr<log::Ticket<T>>;

asio::awaitable<void> serve(operators::CommandGateway& gateway, std::shared_ptr<http::Request> request, contracts::CommandKind kind,
                            std::string entity, TicketPtr<Node::Outcome> ticket) {
  try {
    operators::CommandAnswer answer = co_await gateway.submit(*request, kind, std::move(entity));
    ticket->answer(std::move(answer.event));
  } catch (const http::Refused&) {
    ticket->answer(again());
  }
}

asio::awaitable<void> record(page::EngagementLog& log, contracts::EngagementRecorded event, domain::Instant now, TicketPtr<void> ticket) {
  std::vector<contracts::EngagementRecorded> events;
  events.push_back(std::move(event));
  const bool recorded = co_await log.append(std::move(events), now, "");
  if (recorded)
    ticket->answer(result<void>());
  else
    ticket->answer(again());
}

}  // namespace

domain::Instant Node::now() const {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()) + duties_.skew;
}

Node::Node(const Ground& ground, Duties duties)
    : ground_(ground),
      duties_(std::move(duties)),
      host_(ground.world.new_host()),
      log_(ground.world, ground.brokers, host_),
      fold_redis_(ground.world, ground.redis, host_),
      read_redis_(ground.world, ground.redis, host_),
      journal_(std::getenv("ZHIDA_SIMULATION_TRACE") != nullptr ? 2 : -1, observe::Level::warning),
      dead_letters_(log_, [this] { return now(); }),
      catalog_(executor(), log_, ground.reference.language, dead_letters_),
      profiles_(executor(), log_, ground.partitions, ground.reference.dictionary,
                {*ground.reference.industries, ground.reference.size_classes}, dead_letters_),
      columns_(profiles_, ground.reference.language, [this] { return domain::date_of(now()); }),
      progress_(executor()),
      fold_(stores::DeliveriesFold::Settings{ground.partitions, 4}),
      flawed_fold_(ground.flaws.fold ? ground.flaws.fold(fold_) : nullptr),
      deliveries_(read_redis_, fold_, ground.partitions, progress_),
      rules_{ground.reference, policy::LinkPolicy({"*.gov.cn"}), "https://page.example.gov.cn/"},
      gateway_(
          log_, catalog_, rules_, [this] { return now(); }, 2'000ms),
      owner_(
          log_, catalog_, rules_, [this] { return now(); }, journal_),
      clock_(
          catalog_, deliveries_, gateway_, rules_, [this] { return now(); }, journal_),
      engagements_(log_, ground.partitions, 2'000ms),
      tasks_(executor(), [this](std::string_view reason) { failure_ = reason; }) {
  if (ground.flaws.redis) {
    ground.flaws.redis(fold_redis_);
    ground.flaws.redis(read_redis_);
  }
  ground.world.note(duties_.name);
  start();
}

void Node::start() {
  tasks_.spawn(fold_redis_.run());
  tasks_.spawn(read_redis_.run());
  tasks_.spawn(catalog_.run());
  if (duties_.operates) {
    tasks_.spawn(owner_.run());
    tasks_.spawn(clock_.run());
  }
  const stores::Fold& fold = flawed_fold_ ? *flawed_fold_ : static_cast<const stores::Fold&>(fold_);
  for (const int partition : duties_.partitions) {
    stores::FoldRunner& runner = runners_.emplace_back(executor(), log_, fold_redis_, fold, partition, progress_, dead_letters_);
    tasks_.spawn(runner.run());
  }
  if (!duties_.matches && !duties_.dispatches) return;
  for (int p = 0; p < ground_.partitions; ++p) tasks_.spawn(profiles_.run(p));
  const auto report = [this](std::string_view campaign, std::string_view reason) { clock_.report_failure(campaign, reason); };
  matcher::Settings matching;
  matching.block_facts = 7;
  matcher_ =
      std::make_unique<matcher::Service>(matcher::Dependencies{executor(), log_, catalog_, profiles_, columns_, deliveries_, progress_,
                                                               ground_.reference, metrics_, journal_, [this] { return now(); }, report},
                                         matching);
  dispatcher_ = std::make_unique<dispatcher::Service>(dispatcher::Dependencies{executor(), executor(), log_, catalog_, profiles_,
                                                                               deliveries_, progress_, ground_.reference, metrics_,
                                                                               journal_, [this] { return now(); }, report});
  for (const int partition : duties_.partitions) {
    if (duties_.matches) tasks_.spawn(matcher_->run_partition(partition));
    if (duties_.dispatches) tasks_.spawn(dispatcher_->run_partition(partition));
  }
}

Node::~Node() { kill(); }

void Node::kill() {
  if (dead_) return;
  dead_ = true;
  ground_.world.note("ends");
  log_.cut();
  fold_redis_.cut();
  read_redis_.cut();
  host_.frozen = false;  // what is left of it unwinds in its own time, unseen
  asio::post(host_.context, [this] { tasks_.stop(asio::cancellation_type::terminal); });
}

asio::awaitable<result<Node::Outcome>> Node::submit(asio::any_io_executor from, http::Request request, contracts::CommandKind kind,
                                                    std::string entity) {
  auto start = [this, shared = std::make_shared<http::Request>(std::move(request)), kind, entity = std::move(entity)](void* opaque) {
    auto ticket = std::make_shared<log::Ticket<Outcome>>(opaque);
    if (!dead_) tasks_.spawn(serve(gateway_, shared, kind, entity, std::move(ticket)));
  };
  return runtime::Callback<Outcome>::wait(std::move(from), std::move(start));
}

asio::awaitable<result<void>> Node::engage(asio::any_io_executor from, contracts::EngagementRecorded event) {
  auto start = [this, event = std::move(event)](void* opaque) {
    auto ticket = std::make_shared<log::Ticket<void>>(opaque);
    if (!dead_) tasks_.spawn(record(engagements_, event, now(), std::move(ticket)));
  };
  return runtime::Callback<void>::wait(std::move(from), std::move(start));
}

}  // namespace zhida::simulation
