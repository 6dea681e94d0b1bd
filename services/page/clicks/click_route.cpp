#include "page/clicks/click_route.hpp"

#include "domain/page/links.hpp"
#include "domain/page/machine_traffic.hpp"
#include "domain/policy/links.hpp"
#include "page/inbox/pinned_items.hpp"
#include "page/problem.hpp"
#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace zhida::page {
namespace {

constexpr std::size_t id_bytes = 16;

/// Says nothing about what the link was, nor whose.
http::Response plain_page(http::Status status, std::string_view title, std::string_view text) {
  std::string html =
      "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      "<meta name=\"robots\" content=\"noindex\"><title>";
  html.append(title).append("</title></head><body><h1>").append(title).append("</h1><p>").append(text).append("</p></body></html>\n");
  http::Response response(status, std::move(html), http::html_type);
  response.set("Content-Security-Policy", "default-src 'none'");
  return response;
}

http::Response bad_link() { return plain_page(http::Status::not_found, "链接无效", "该链接不存在或不完整，请从企业专属网页重新打开。"); }
http::Response expired_link() { return plain_page(http::Status::gone, "链接已失效", "该链接已过有效期，请从企业专属网页重新打开。"); }

/// A visitor as the rules for machine traffic see it. When it was delivered is left out: on the page channel that only says since when the
/// inbox could be read, while mail scanners, whom speed gives away, never see it.
std::optional<contracts::MachineMark> machine_mark(const http::Request& request, domain::Instant now) {
  Visit visit;
  visit.purpose = request.header("Purpose");
  for (const std::string_view other : {"X-Purpose", "X-Moz"})
    if (visit.purpose.empty()) visit.purpose = request.header(other);
  visit.sec_purpose = request.header("Sec-Purpose");
  visit.user_agent = request.header("User-Agent");
  visit.at = now;
  const auto label = machine_label(visit);
  if (!label) return std::nullopt;
  return contracts::MachineMark{std::string(label->reason), label->rule};
}

}  // namespace

std::optional<ClickRoute::Target> ClickRoute::target_of(const ClickToken& token) const {
  const auto campaign = catalog_.campaign(delivery::format_campaign(token.intent.campaign));
  if (!campaign) return std::nullopt;
  const std::vector<PinnedItem> items = pinned_items(catalog_, *campaign);
  const auto place = link_place(token.link, link_counts(items));
  if (!place) return std::nullopt;
  Target target;
  if (place->part == 0) {
    target.url = campaign->package.target.empty() ? page_url_ : campaign->package.target;
  } else {
    const PinnedItem& pinned = items[place->part - 1U];
    target.url = pinned.version->content.links[place->link].url;
    target.item = pinned.item->id;
    target.part = place->part;
  }
  // What the catalogue took was safe when it was taken; a Location header is worth looking again.
  if (!policy::host_of(target.url)) return std::nullopt;
  return target;
}

boost::asio::awaitable<http::Response> ClickRoute::get(http::Request& request) {
  const domain::Instant now = now_();
  const auto token = signer_.read(request.param("token"), now);
  if (!token) {
    const bool expired = token.error() == TokenError::expired;
    (expired ? metrics_.expired_links : metrics_.bad_links).increment();
    co_return expired ? expired_link() : bad_link();
  }
  if (!catalog_.ready()) throw http::Refused(not_ready());
  const std::optional<Target> target = target_of(*token);
  if (!target) {
    metrics_.bad_links.increment();
    co_return bad_link();
  }
  if (request.verb != http::Verb::head) {
    const std::string intent = delivery::format({token->intent.view(), token->uscc.text()});
    auto machine = machine_mark(request, now);
    if ((machine ? machines_ : people_).admit(delivery::hash_of(intent), now))
      co_await record(request, *token, *target, std::move(machine), now);
    else
      metrics_.clicks_unrecorded.increment();
  }
  http::Response response = http::redirect(target->url);
  response.set("Referrer-Policy", "no-referrer");  // the token stays here
  co_return response;
}

boost::asio::awaitable<void> ClickRoute::record(const http::Request& request, const ClickToken& token, const Target& target,
                                                std::optional<contracts::MachineMark> mark, domain::Instant now) {
  contracts::EngagementRecorded click;
  click.id = "click-" + auth::base64url(auth::random_bytes(id_bytes));
  click.campaign = token.intent.campaign;
  click.occurrence = token.intent.occurrence;
  click.channel = token.intent.channel;
  click.uscc = token.uscc;
  click.item = target.item;
  click.part = target.part;
  click.type = delivery::EngagementType::click;
  click.at = now;
  click.link = token.link;
  click.machine = std::move(mark);
  const bool machine = click.machine.has_value();
  std::vector<contracts::EngagementRecorded> clicks;
  clicks.push_back(std::move(click));
  const bool durable = co_await log_.append(std::move(clicks), now, request.trace.traceparent());
  observe::Counter& recorded = machine ? metrics_.machine_clicks : metrics_.clicks;
  (durable ? recorded : metrics_.clicks_lost).increment();
}

}  // namespace zhida::page
