#include "page/inbox/inbox_route.hpp"

#include "domain/delivery/codec.hpp"
#include "page/inbox/inbox_json.hpp"
#include "page/request_values.hpp"
#include "platform/http/conditional.hpp"

#include <xxhash.h>

#include <optional>
#include <utility>

namespace zhida::page {
namespace {

/// Raised with every change of what the answer looks like.
constexpr std::uint64_t rendering = 2;
constexpr std::size_t usual_entry_bytes = 1200;

InboxQuestion read_question(const http::Request& request) {
  InboxQuestion question;
  question.limit = http::limit_parameter(request);
  question.kind = choice_of<policy::PackageKind>(request, "kind");
  const std::string_view cursor = request.query_or("cursor", "");
  if (!cursor.empty()) {
    question.after = parse_inbox_cursor(cursor);
    if (!question.after) http::refuse_parameter("cursor", "cursor", "is no cursor of this list.", "不是本列表的游标。");
  }
  return question;
}

/// Equal only for equal answers: everything that the body is made from.
std::string etag_of(std::string_view ledger, const http::Request& request, std::uint64_t catalog, domain::Date today, std::uint64_t key) {
  std::string made_from;
  for (const std::uint64_t number : {rendering, catalog, static_cast<std::uint64_t>(today.time_since_epoch().count()), key})
    made_from.append(reinterpret_cast<const char*>(&number), sizeof number);
  for (const std::string_view name : {"limit", "cursor", "kind"}) made_from.append(request.query_or(name, "")).push_back('\0');
  made_from += ledger;
  const XXH128_hash_t hash = XXH3_128bits(made_from.data(), made_from.size());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string tag;
  for (std::uint64_t half : {hash.high64, hash.low64})
    for (int i = 0; i < 16; ++i, half >>= 4) tag.push_back(digits[half & 15U]);
  return http::etag(tag);
}

}  // namespace

boost::asio::awaitable<http::Response> InboxRoute::get(http::Request& request) {
  const enterprise::Uscc uscc = uscc_of(request);
  require_in_region(request, profiles_, uscc);
  const InboxQuestion question = read_question(request);
  if (!catalog_.ready()) throw http::Refused(unavailable());
  const auto bytes = co_await deliveries_.ledger_bytes(uscc);
  if (!bytes) throw http::Refused(unavailable());
  co_return answer(request, uscc, question, *bytes);
}

http::Response InboxRoute::answer(const http::Request& request, const enterprise::Uscc& uscc, const InboxQuestion& question,
                                  std::string_view ledger_bytes) {
  const domain::Instant now = now_();
  const domain::Date today = domain::date_of(now);
  http::Response response;
  response.cache_control = "private, no-cache";
  const std::string tag = etag_of(ledger_bytes, request, catalog_.version(), today, signer_.fingerprint());
  if (http::not_modified(request, tag)) return http::with_etag(request, std::move(response), tag);

  if (delivery::decode_to(ledger_, ledger_bytes).has_error()) throw http::Refused(unavailable());
  bool known = true;
  std::function<bool(delivery::CampaignNumber)> shows;
  if (question.kind)
    shows = [&](delivery::CampaignNumber campaign) {
      const CampaignTemplate* const shown = templates_.find(campaign, today);
      known = known && shown != nullptr;
      return shown != nullptr && shown->kind == *question.kind;
    };
  const InboxPage page = inbox(ledger_, question.limit, question.after, shows);
  response.body.reserve(64 + page.entries.size() * usual_entry_bytes);
  if (!known || !append_inbox(response.body, page, uscc, templates_, signer_, now)) throw http::Refused(unavailable());
  return http::with_etag(request, std::move(response), tag);
}

http::Problem InboxRoute::unavailable() {
  metrics_.inbox_unavailable.increment();
  return not_ready();
}

}  // namespace zhida::page
