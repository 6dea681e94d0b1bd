#include "operator/intake/enterprise_routes.hpp"

#include "contracts/json.hpp"
#include "operator/access.hpp"
#include "operator/problem.hpp"
#include "operator/roles.hpp"
#include "platform/http/conditional.hpp"

#include <map>
#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using http::Verb;

void write_value(contracts::JsonWriter& writer, const cel::Value& value, const matching::Attribute& attribute);

void write_list(contracts::JsonWriter& writer, const cel::Value& value, const matching::Attribute& attribute) {
  writer.begin_array();
  for (const cel::Value& element : value.as_list()) write_value(writer, element, attribute);
  writer.end_array();
}

/// As the attribute came in: dates as YYYY-MM-DD, removed values as null.
void write_value(contracts::JsonWriter& writer, const cel::Value& value, const matching::Attribute& attribute) {
  switch (value.kind()) {
    case cel::Kind::boolean:
      return writer.value(value.as_boolean());
    case cel::Kind::integer:
      return writer.value(value.as_integer());
    case cel::Kind::real:
      return writer.value(value.as_real());
    case cel::Kind::string:
      return writer.value(value.as_string());
    case cel::Kind::timestamp:
      return writer.value(domain::date_of(domain::Instant(std::chrono::seconds(value.seconds()))));
    case cel::Kind::list:
      return write_list(writer, value, attribute);
    default:
      return writer.null();
  }
}

void write_known(contracts::JsonWriter& writer, const stores::KnownAttribute& known, const matching::Dictionary& dictionary) {
  writer.key("value");
  write_value(writer, known.value, dictionary[known.slot]);
  writer.member("source", known.source);
  writer.member("as_of", known.as_of);
}

}  // namespace

enterprise::Uscc uscc_param(const http::Request& request) {
  const std::string& text = request.param("uscc");
  const auto uscc = enterprise::Uscc::parse(text);
  if (!uscc) throw http::Refused(problem_of({enterprise::uscc_error(text, "")}));
  return *uscc;
}

void EnterpriseRoutes::add_to(http::Router& router) {
  const auto info = [](std::string name, auth::Roles roles) { return http::RouteInfo(std::move(name), http::Access::roles(roles)); };
  router.add(Verb::patch, "/operator/v1/enterprises/{uscc}", info("patch_enterprise", suppliers),
             [this](http::Request& request) { return patch(request); });
  router.add(Verb::get, "/operator/v1/enterprises/{uscc}", info("get_enterprise", profile_readers),
             [this](http::Request& request) { return get(request); });
  router.add_streaming(Verb::post, "/operator/v1/enterprises", info("ingest_enterprises", suppliers),
                       [this](http::Exchange& exchange) { return take_profiles(exchange); });
  router.add_streaming(Verb::post, "/operator/v1/determinations", info("ingest_determinations", determiners),
                       [this](http::Exchange& exchange) { return take_determinations(exchange); });
  router.add_streaming(Verb::post, "/operator/v1/outcomes", info("ingest_outcomes", suppliers),
                       [this](http::Exchange& exchange) { return take_outcomes(exchange); });
}

void EnterpriseRoutes::require_ready() const {
  if (!with_.profiles.ready() || !with_.catalog.ready())
    throw http::Refused(
        http::problems::unavailable(std::chrono::seconds(1), "profiles are being folded from the log.", "企业画像正在由日志重建。"));
}

asio::awaitable<http::Response> EnterpriseRoutes::patch(http::Request& request) {
  http::require_content_type(request, http::json_type);
  require_ready();
  const enterprise::Uscc uscc = uscc_param(request);
  require_in_region(request, with_.profiles, uscc);
  ProfileIntake intake(with_.profiles, with_.reference.dictionary, with_.sealer, with_.now);
  std::vector<log::NewRecord> records;
  PatchResult result;
  if (const auto problem = intake.take_for(uscc, request.body, records, result)) co_return http::respond(*problem);
  for (log::NewRecord& record : records) record.event.traceparent = request.trace.traceparent();
  co_await write_and_wait(with_.log, intake, with_.elsewhere, std::move(records));

  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("uscc", uscc.text());
  writer.member("version", with_.profiles.version(uscc));
  writer.member("applied", result.applied);
  writer.key("kept");
  writer.begin_array();
  for (const std::string& attribute : result.kept) {
    writer.begin_object();
    writer.member("attribute", attribute);
    writer.member("reason", domain::name_of(enterprise::Merge::older_as_of));
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  co_return http::ok(std::move(text));
}

asio::awaitable<http::Response> EnterpriseRoutes::get(http::Request& request) {
  require_ready();
  const enterprise::Uscc uscc = uscc_param(request);
  require_in_region(request, with_.profiles, uscc);
  if (with_.profiles.version(uscc) == 0) co_return http::respond(http::problems::not_found());
  const auto history = co_await with_.profiles.history(uscc);
  if (history.has_error())
    co_return http::respond(
        http::problems::unavailable(std::chrono::seconds(1), "the history cannot be read now.", "历史记录暂时无法读取。"));
  std::multimap<std::uint32_t, const stores::PastStatement*> earlier;
  for (const stores::PastStatement& past : *history) earlier.emplace(past.attribute.slot, &past);

  const matching::Dictionary& dictionary = with_.profiles.dictionary();
  std::string text;
  contracts::JsonWriter writer(text);
  writer.begin_object();
  writer.member("uscc", uscc.text());
  writer.member("version", with_.profiles.version(uscc));
  writer.member("name", with_.sealer.open(uscc, with_.profiles.sealed(uscc).name));
  writer.key("attributes");
  writer.begin_object();
  for (const stores::KnownAttribute& known : with_.profiles.attributes(uscc)) {
    writer.key(dictionary[known.slot].name);
    writer.begin_object();
    write_known(writer, known, dictionary);
    writer.member("derived", known.derived);
    writer.key("earlier");
    writer.begin_array();
    for (auto [it, end] = earlier.equal_range(known.slot); it != end; ++it) {
      writer.begin_object();
      write_known(writer, it->second->attribute, dictionary);
      writer.member("recorded_at", it->second->recorded_at);
      writer.end_object();
    }
    writer.end_array();
    writer.end_object();
  }
  writer.end_object();
  writer.key("determinations");
  writer.begin_array();
  for (const enterprise::Determination& each : with_.profiles.determinations(uscc)) contracts::write(writer, each);
  writer.end_array();
  writer.end_object();
  co_return http::ok(std::move(text));
}

asio::awaitable<void> EnterpriseRoutes::take_profiles(http::Exchange& exchange) {
  require_ready();
  ProfileIntake intake(with_.profiles, with_.reference.dictionary, with_.sealer, with_.now, exchange.request().principal->region);
  co_await take_in(exchange, with_.log, intake, with_.elsewhere, with_.pool);
}

asio::awaitable<void> EnterpriseRoutes::take_determinations(http::Exchange& exchange) {
  require_ready();
  DeterminationIntake intake(with_.profiles, with_.catalog, with_.reference, with_.now, exchange.request().principal->region);
  intake.belong_to(exchange.request().trace.traceparent());
  co_await take_in(exchange, with_.log, intake, with_.elsewhere, with_.pool);
}

asio::awaitable<void> EnterpriseRoutes::take_outcomes(http::Exchange& exchange) {
  require_ready();
  OutcomeIntake intake(with_.deliveries, with_.profiles, with_.catalog, with_.now, exchange.request().principal->region);
  intake.belong_to(exchange.request().trace.traceparent());
  co_await take_in(exchange, with_.log, intake, with_.elsewhere, with_.pool);
}

}  // namespace zhida::operators
