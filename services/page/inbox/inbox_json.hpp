#pragma once

#include "domain/enterprise/uscc.hpp"
#include "domain/page/inbox.hpp"
#include "page/inbox/campaign_template.hpp"
#include "page/link_signer.hpp"

#include <string>

namespace zhida::page {

/// Appends the answer of the inbox route. False if the catalogue lacks a campaign of the page: it is behind the deliveries; `out` is then
/// unspecified.
bool append_inbox(std::string& out, const InboxPage& page, const enterprise::Uscc& uscc, CampaignTemplates& templates,
                  const LinkSigner& signer, domain::Instant now);

}  // namespace zhida::page
