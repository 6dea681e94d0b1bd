#include "domain/page/machine_traffic.hpp"

#include <algorithm>
#include <array>

namespace zhida::page {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// `word` is in lower case.
bool contains(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return lower(a) == b; }) != text.end();
}

/// Words by which fetchers name themselves: search crawlers, link scanners of mail and security products, preview fetchers of
/// messengers, HTTP libraries, headless browsers. "bot" alone would take the phones of CUBOT for machines.
constexpr std::array<std::string_view, 36> fetchers{"bot/",           "bot;",
                                                    "bot)",           "googlebot",
                                                    "bingbot",        "spider",
                                                    "crawler",        "slurp",
                                                    "preview",        "facebookexternalhit",
                                                    "barracuda",      "proofpoint",
                                                    "mimecast",       "safelinks",
                                                    "safebrowsing",   "urlscan",
                                                    "virustotal",     "curl/",
                                                    "wget/",          "python-requests",
                                                    "python-urllib",  "aiohttp",
                                                    "httpx/",         "go-http-client",
                                                    "okhttp/",        "apache-httpclient",
                                                    "java/",          "libwww-perl",
                                                    "node-fetch",     "axios/",
                                                    "postmanruntime", "headlesschrome",
                                                    "phantomjs",      "puppeteer",
                                                    "playwright",     "lighthouse"};

}  // namespace

std::optional<MachineLabel> machine_label(const Visit& visit) {
  const auto because = [](std::string_view reason) { return MachineLabel{reason, machine_rules_version}; };
  if (visit.head) return because("head");
  for (const std::string_view announced : {visit.purpose, visit.sec_purpose})
    if (contains(announced, "prefetch") || contains(announced, "preview") || contains(announced, "prerender")) return because("prefetch");
  if (visit.user_agent.empty()) return because("no_agent");
  if (std::any_of(fetchers.begin(), fetchers.end(), [&](std::string_view word) { return contains(visit.user_agent, word); }))
    return because("fetcher");
  if (visit.delivered_at && visit.at < *visit.delivered_at + std::chrono::seconds(1)) return because("too_fast");
  return std::nullopt;
}

}  // namespace zhida::page
