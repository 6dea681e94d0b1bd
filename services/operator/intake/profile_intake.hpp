#pragma once

#include "operator/commands/command_gateway.hpp"
#include "operator/intake/profile_chunk.hpp"
#include "operator/intake/sealer.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/profiles/region_scope.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::operators {

/// What became of a patch: which statements are now what is known, which give way to newer ones.
struct PatchResult {
  std::vector<std::string> applied;  ///< attributes; those repeated word for word are in neither list
  std::vector<std::string> kept;     ///< attributes whose known value has a newer as_of
};

/// Turns what the data centre says about enterprises into patches: checked against the attribute dictionary, names sealed, what is known
/// already left out.
class ProfileIntake final : public LineHandler {
 public:
  /// `region`: lines about enterprises that are not known to be in it are refused; empty = no limit.
  ProfileIntake(stores::ProfileStore& profiles, std::shared_ptr<const matching::Dictionary> dictionary, Sealer& sealer, Now now,
                std::string_view region = {})
      : profiles_(profiles),
        scope_(profiles, region),
        sealer_(sealer),
        now_(std::move(now)),
        tools_(std::make_shared<ProfileTools>(std::move(dictionary), sealer.name_sealer())) {}

  std::shared_ptr<LineChunk> new_chunk() override { return std::make_shared<ProfileChunk>(tools_, domain::date_of(now_())); }
  void decide(LineChunk& chunk) override { decide_profiles(static_cast<ProfileChunk&>(chunk)); }
  void written(bool failed) override { sealer_.written(failed); }
  boost::asio::awaitable<bool> readable(const WrittenTo& written, std::chrono::milliseconds limit) override;

  /// The same for one enterprise whose code stands elsewhere, at once: a code in the text must be the same.
  std::optional<http::Problem> take_for(const enterprise::Uscc& uscc, std::string_view text, std::vector<log::NewRecord>& records,
                                        PatchResult& result);

 private:
  void decide_profiles(ProfileChunk& chunk);

  stores::ProfileStore& profiles_;
  stores::RegionScope scope_;
  Sealer& sealer_;
  Now now_;
  std::shared_ptr<ProfileTools> tools_;
};

}  // namespace zhida::operators
