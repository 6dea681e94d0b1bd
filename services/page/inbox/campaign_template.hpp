#pragma once

#include "domain/campaign/campaign.hpp"
#include "domain/date_time.hpp"
#include "domain/delivery/intent_id.hpp"
#include "domain/policy/package.hpp"
#include "stores/catalog/catalog_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace zhida::page {

/// What all inbox entries of one campaign have in common, as JSON that is ready but for what differs by enterprise. Texts are joined in
/// the order of the members.
struct CampaignTemplate {
  struct Link {
    std::string before;  ///< up to the token
    std::uint16_t number = 0;
  };
  struct Item {
    std::string before_verdict;
    std::string before_amount;  ///< behind the verdict
    std::string before_links;   ///< behind the benefit's amount
    std::vector<Link> links;
    std::optional<domain::Date> deadline;
    std::string why_eligible, why_manual;  ///< JSON strings
  };

  policy::PackageKind kind = policy::PackageKind::gift;
  std::string before_link;  ///< behind the intent's id
  domain::Date last_day;    ///< of the campaign's validity
  std::vector<Item> items;
  std::string documents;         ///< a member with a comma before it, or empty
  std::vector<std::string> why;  ///< why the audience was chosen; JSON strings
};

/// As the catalogue stands on `today`: validity and deadlines are of that day.
CampaignTemplate make_template(stores::CatalogStore& catalog, const std::shared_ptr<const matching::Language>& language,
                               const campaign::Campaign& campaign, domain::Date today);

/// Templates by campaign, made when needed and kept until the catalogue or the day changes.
class CampaignTemplates {
 public:
  CampaignTemplates(stores::CatalogStore& catalog, std::shared_ptr<const matching::Language> language)
      : catalog_(catalog), language_(std::move(language)) {}

  /// Null if the catalogue does not know the campaign (yet). Good until the next suspension.
  const CampaignTemplate* find(delivery::CampaignNumber campaign, domain::Date today);

 private:
  stores::CatalogStore& catalog_;
  std::shared_ptr<const matching::Language> language_;
  std::uint64_t version_ = 0;
  domain::Date today_{};
  std::unordered_map<delivery::CampaignNumber, CampaignTemplate> templates_;
};

}  // namespace zhida::page
