#include "page/checkup/checkup_routes.hpp"

#include "node/asof.hpp"
#include "page/checkup/answers.hpp"
#include "page/checkup/checkup_json.hpp"
#include "page/request_values.hpp"
#include "stores/log_reading.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace zhida::page {
namespace asio = boost::asio;

namespace {

constexpr std::size_t usual_item_bytes = 700;

std::string counts_json(const std::array<std::size_t, 4>& counts) {
  std::string json;
  contracts::JsonWriter writer(json);
  writer.begin_object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    writer.member(domain::EnumNames<policy::Verdict>::names[i], static_cast<std::uint64_t>(counts[i]));
  writer.end_object();
  return json;
}

/// Why somebody is eligible nobody asks.
policy::ItemCheck check_offer(const policy::CompiledItem& item, policy::Verdict verdict, const CheckedSubject& subject, domain::Date asof,
                              cel::Arena& arena) {
  const bool needs_reasons = verdict != policy::Verdict::eligible || item.rule.names_manual();
  return needs_reasons ? policy::check_item(item, subject.view(), asof, arena) : policy::check_eligible(item, subject.view(), asof, arena);
}

}  // namespace

asio::awaitable<std::string> checkup_json(OfferRules& rules, std::shared_ptr<const ShelfView> shelf, const CheckedSubject& subject,
                                          domain::Date asof) {
  const OfferVerdicts found = rules.decide(shelf, subject, asof);
  std::array<std::size_t, 4> counts{};
  std::string items;
  items.reserve(shelf->offers.size() * usual_item_bytes);
  contracts::JsonWriter writer(items);
  cel::Arena arena;
  stores::Turn turn;
  writer.begin_array();
  for (std::size_t i = 0; i < shelf->offers.size(); ++i) {
    const Offer& offer = shelf->offers[i];
    arena.reset();
    const policy::ItemCheck check = check_offer(*offer.compiled, found.verdicts[i], subject, asof, arena);
    ++counts[static_cast<std::size_t>(check.decision.verdict)];
    begin_item(writer, offer, check, subject, asof, arena);
    writer.end_object();
    if (turn.over()) co_await turn.pass();
  }
  writer.end_array();

  std::string json;
  json.reserve(items.size() + 160);
  json += R"({"asof":")";
  domain::append_date(json, asof);
  json.append(R"(","counts":)").append(counts_json(counts)).append(R"(,"items":)").append(items).append(R"(,"questions":)");
  contracts::JsonWriter questions(json);
  write_questions(questions, found.questions, rules.dictionary());
  json += '}';
  co_return json;
}

domain::Date CheckupRoutes::asof(const http::Request& request) const { return node::asof_of(request, domain::date_of(now_())); }

CheckedSubject CheckupRoutes::subject(const http::Request& request, domain::Date asof) const {
  const enterprise::Uscc uscc = uscc_of(request);
  if (!profiles_.ready(profiles_.partition_of(uscc))) throw http::Refused(not_ready());
  require_in_region(request, profiles_, uscc);
  CheckedSubject subject(profiles_, uscc, asof);
  subject.show_to(enterprise::Disclosure(profiles_.dictionary(), auth::name_of(request.principal->role)));
  return subject;
}

asio::awaitable<http::Response> CheckupRoutes::all(http::Request& request) {
  const domain::Date date = asof(request);
  const CheckedSubject whom = subject(request, date);
  auto shelf = shelf_.view();
  std::string json = co_await checkup_json(rules_, std::move(shelf), whom, date);
  co_return http::ok(std::move(json));
}

asio::awaitable<http::Response> CheckupRoutes::answered(http::Request& request) {
  const domain::Date date = asof(request);
  const Answers answers(request.body, profiles_.dictionary());
  CheckedSubject whom = subject(request, date);
  for (const auto& [slot, value] : answers.values()) whom.answer(slot, value);
  auto shelf = shelf_.view();
  std::string json = co_await checkup_json(rules_, std::move(shelf), whom, date);
  co_return http::ok(std::move(json));
}

asio::awaitable<http::Response> CheckupRoutes::one(http::Request& request) {
  const domain::Date date = asof(request);
  const auto shelf = shelf_.view();
  const Offer* const offer = shelf->find(request.param("item"));
  if (offer == nullptr) throw http::Refused(http::problems::not_found());
  const CheckedSubject whom = subject(request, date);
  cel::Arena arena;
  const policy::ItemCheck check = policy::check_item(*offer->compiled, whom.view(), date, arena);
  std::string json;
  contracts::JsonWriter writer(json);
  begin_item(writer, *offer, check, whom, date, arena);
  writer.member("asof", date);
  writer.member("rule", offer->compiled->rule.text());
  writer.member("document", offer->content().document);
  write_tree(writer, *offer, check, whom, date, arena);
  writer.end_object();
  co_return http::ok(std::move(json));
}

}  // namespace zhida::page
