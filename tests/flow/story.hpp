#pragma once

#include "support/standalone.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace zhida::flow {

/// Three real items, of which the first needs no judgement, the second has a manual condition and the window
/// of the third is long over.
inline const std::string settled_item = "CN-6T2F-2023-12";
inline const std::string manual_item = "SJ-Q-2025";
inline const std::string closed_item = "SJ-PATENT-PILOT";

/// The bytes of `schemas/samples/items/<id>.json` below `member` (`document`, `item`).
std::string sample_part(const std::string& id, const char* member);

/// Document and item by the operator, published by the approver. Fails the test if any step is refused.
void publish(const test::Standalone& zhida, const std::string& id);
/// `pkg-story` with the first two items.
void put_package(const test::Standalone& zhida);

/// NDJSON lines of the sample's enterprises `first` … `first + count − 1`, and who they are.
struct Enterprises {
  std::vector<std::string> usccs;
  std::string lines;
};
Enterprises sample_enterprises(std::uint64_t first, std::uint64_t count, std::uint64_t seed = 7);

/// Uploads NDJSON as the data centre.
test::Answer upload(const test::Standalone& zhida, const std::string& target, const std::string& lines);
/// The last line of an NDJSON answer.
rapidjson::Document last_line(const std::string& ndjson);

/// The body of a campaign for `pkg-story`; `audience` is JSON.
std::string campaign_body(const std::string& title, const std::string& audience = R"({"eligible_for":"any"})",
                          const std::string& lane = "normal");
/// Creates, submits and approves it; its id. Fails the test if any step is refused.
std::string approved_campaign(const test::Standalone& zhida, const std::string& body);
/// Launches it and waits until it is completed.
void run_campaign(const test::Standalone& zhida, const std::string& id);
bool completed(const test::Standalone& zhida, const std::string& id);

/// What the enterprises' timelines say: intent → state, with `!` and the reason after it if there is one. Fails the test if one stands
/// twice.
std::map<std::string, std::string> intents_of(const test::Standalone& zhida, const std::vector<std::string>& usccs);

/// Intents and states in the order of the page, e.g. `c1.1.page.…=delivered`.
std::vector<std::string> inbox_of(const test::Answer& inbox);

/// Now, as RFC 3339.
std::string now_text();

/// Today in Shanghai.
std::string today_text();

std::string text(const rapidjson::Value& value);

}  // namespace zhida::flow
