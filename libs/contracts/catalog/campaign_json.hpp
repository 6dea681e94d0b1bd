#pragma once

#include "contracts/json.hpp"
#include "domain/campaign/campaign.hpp"

#include <string>

namespace zhida::contracts {

/// The body of POST and PUT.
struct CampaignBody {
  policy::Owner owner;  ///< an empty bureau if the body names none
  campaign::Plan plan;
};
CampaignBody read_campaign_body(JsonReader& reader);

/// Reads what `write` wrote.
campaign::Campaign read_campaign(JsonReader& reader);

/// The whole campaign, in an object or, without its braces, into one that is open: the API adds `progress`.
void write(JsonWriter& writer, const campaign::Campaign& campaign);
void write_members(JsonWriter& writer, const campaign::Campaign& campaign);

/// What is approved: RFC 8785 JSON of title, content, package (id, title, kind, target, contents with versions and rule hashes),
/// audience, channels, lane, schedule and valid_until. Its SHA-256 is the content hash.
std::string campaign_content_json(const campaign::Plan& plan, const campaign::PinnedPackage& package);

}  // namespace zhida::contracts
