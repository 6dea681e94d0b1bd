#pragma once

#include "domain/campaign/campaign.hpp"
#include "domain/campaign/compiled_audience.hpp"
#include "domain/delivery/intent_id.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::campaign {

/// What of a campaign is decided and pushed, as approved: audience, pinned versions of its items.
struct CompiledCampaign {
  delivery::CampaignNumber number = 0;
  CompiledAudience audience;
  std::vector<std::uint64_t> item_keys;  ///< delivery::hash_of each item's id, in order
};

/// The published version of an item ready to be decided, or null.
using FindItem = std::function<std::shared_ptr<const policy::CompiledItem>(std::string_view id, int version)>;

/// The compiled campaign, or a sentence saying why it cannot be decided.
struct CompileOutcome {
  std::shared_ptr<const CompiledCampaign> compiled;
  std::string reason;  ///< empty exactly when there is `compiled`
};
CompileOutcome compile(const Campaign& campaign, const std::shared_ptr<const matching::Language>& language, const FindItem& find);

/// Compiles each content of a campaign once: a running campaign keeps what was approved through pauses and changes of its items.
class CompiledCampaigns {
 public:
  CompiledCampaigns(std::shared_ptr<const matching::Language> language, FindItem find)
      : language_(std::move(language)), find_(std::move(find)) {}

  const CompileOutcome& get(const Campaign& campaign);
  void forget(std::string_view campaign);

 private:
  struct Entry {
    std::string content_hash;
    CompileOutcome outcome;
  };

  std::shared_ptr<const matching::Language> language_;
  FindItem find_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace zhida::campaign
