#pragma once

#include "operator/commands/command_gateway.hpp"
#include "operator/intake/line_handler.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/deliveries/deliveries_reader.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/profiles/region_scope.hpp"
#include "stores/reference/reference_data.hpp"

namespace zhida::operators {

/// Lines of determinations 人工认定: answers to manual conditions, recorded as patches of profiles.
class DeterminationIntake final : public OneByOne {
 public:
  /// `region`: lines about enterprises that are not known to be in it are refused; empty = no limit.
  DeterminationIntake(stores::ProfileStore& profiles, const stores::CatalogStore& catalog, const stores::ReferenceData& reference, Now now,
                      std::string_view region = {})
      : profiles_(profiles), scope_(profiles, region), catalog_(catalog), reference_(reference), now_(std::move(now)) {}

  boost::asio::awaitable<bool> readable(const WrittenTo& written, std::chrono::milliseconds limit) override;

 private:
  std::optional<http::Problem> take(std::string_view line, std::vector<log::NewRecord>& records) override;
  bool is_condition(std::string_view name) const;

  stores::ProfileStore& profiles_;
  stores::RegionScope scope_;
  const stores::CatalogStore& catalog_;
  const stores::ReferenceData& reference_;
  Now now_;
};

/// Lines of outcomes 办理结果: what came of applications, by the data centre; repeatable by id.
class OutcomeIntake final : public OneByOne {
 public:
  /// `region`: as above.
  OutcomeIntake(stores::DeliveriesReader& deliveries, const stores::ProfileStore& profiles, const stores::CatalogStore& catalog, Now now,
                std::string_view region = {})
      : deliveries_(deliveries), profiles_(profiles), scope_(profiles, region), catalog_(catalog), now_(std::move(now)) {}

  boost::asio::awaitable<bool> readable(const WrittenTo& written, std::chrono::milliseconds limit) override;

 private:
  std::optional<http::Problem> take(std::string_view line, std::vector<log::NewRecord>& records) override;

  stores::DeliveriesReader& deliveries_;
  const stores::ProfileStore& profiles_;
  stores::RegionScope scope_;
  const stores::CatalogStore& catalog_;
  Now now_;
};

}  // namespace zhida::operators
