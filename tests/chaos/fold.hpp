#pragma once

#include "chaos/topics.hpp"

#include <rapidjson/document.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace zhida::chaos {

/// What stands in the topics, folded by the published rules and by nothing of the product's code.
class Fold {
 public:
  /// State = maximum by (closed, attempt, rank); of equals the earlier.
  struct Status {
    bool closed = false;
    std::int64_t attempt = 0;
    int rank = 0;
    std::int64_t at = 0;  ///< ms since 1970
    std::string state, reason;
  };
  struct Intent {
    std::string campaign, uscc;
    std::int32_t partition = 0;
    bool decided = false;
    Status decision, receipt;
    std::int64_t delivered_at = 0;  ///< of the first delivery, whatever followed; 0: none
    std::int64_t impressions = 0;   ///< of people
    const Status& status() const;
  };
  struct Engagement {
    std::string intent, type;
    bool machine = false;
    std::int64_t part = 0;  ///< of the package; 0: all of it
    std::int64_t at = 0;    ///< ms since 1970
  };
  struct Outcome {
    std::int64_t at = 0;  ///< ms since 1970
    std::string id, item, type;
  };
  struct Funnel {
    std::int64_t decided = 0, delivered = 0, reached = 0, conversions = 0;
    std::map<std::string, std::int64_t> by_state, by_reason;
    std::int64_t impressions = 0, impressions_unique = 0, impressions_machine = 0;
    std::int64_t clicks = 0, clicks_unique = 0, clicks_machine = 0;
    friend bool operator==(const Funnel&, const Funnel&) = default;
  };
  /// One entry of the catalogue: a campaign, an item …
  struct Entity {
    std::int64_t revision = 0;
    std::vector<std::pair<std::string, std::int64_t>> history;  ///< kinds of what changed it, and when, in ms since 1970
  };

  /// RFC 3339 in UTC as ms since 1970; 0: no time.
  static std::int64_t milliseconds(const std::string& time);

  /// Credits each application for `item`, by the published rule, to one of the campaigns that hold it; how many each has.
  std::map<std::string, std::int64_t> conversions(const std::string& item, const std::set<std::string>& campaigns) const;

  /// Records of a partition in their order; `unusable` ones are passed over.
  void take(const Raw& record);
  void pass_over(const std::set<Place>& unusable) { unusable_ = unusable; }
  /// To be called once, behind the last record.
  void finish();

  // What came of it, by the ids that stand in the records.
  std::map<std::string, Intent> intents;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> decided_marks;  ///< `c1.1.page` and partition: how many its writer knew of
  std::map<std::string, std::map<std::string, Engagement>> engagements;        ///< by enterprise and event id
  std::set<std::string> engagement_ids, outcome_ids;
  std::map<std::string, std::vector<Outcome>> outcomes;                ///< by enterprise, each id once, in order of time
  std::map<std::string, Funnel> funnels;                               ///< by campaign
  std::map<std::string, std::map<std::string, std::string>> profiles;  ///< enterprise and attribute to value as JSON
  std::set<std::pair<std::string, std::int64_t>> employees;            ///< every value that was ever patched
  std::map<std::string, Entity> catalogue;
  std::set<std::pair<std::string, std::string>> done;  ///< kind and entity of what was done
  std::map<std::string, int> dead_letters;             ///< by id, how often each
  std::set<std::string> commands, outcomes_of_commands;
  std::map<std::string, std::int64_t> ends;  ///< by topic, the sum over its partitions of what follows the last record
  std::uint64_t void_intents = 0;            ///< decided behind the mark that closes their partition
  std::uint64_t records = 0, stale = 0;      ///< stale: of the catalogue and the audit, too late to count
  /// What can never be, in words.
  std::vector<std::string> broken;

 private:
  struct Attribute {
    std::string as_of;
    std::string value;
  };

  void take_intents(const rapidjson::Document& block, std::int32_t partition);
  void take_mark(const rapidjson::Document& mark, std::int32_t partition);
  void take_receipts(const rapidjson::Document& block);
  void take_engagement(const rapidjson::Document& event);
  void take_profile(const rapidjson::Document& patch);
  void take_catalog(const rapidjson::Document& event, const Raw& record);
  void take_audit(const rapidjson::Document& audit, const Raw& record);

  std::set<Place> unusable_;
  std::map<std::string, std::map<std::string, Attribute>> attributes_;
  std::set<std::int64_t> counting_, audited_;  ///< offsets of the catalogue
  std::int64_t sequence_ = 0;
  std::string hash_ = std::string(64, '0');
};

}  // namespace zhida::chaos
