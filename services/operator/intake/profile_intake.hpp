#pragma once

#include "cel/arena.hpp"
#include "contracts/profiles/profile_line.hpp"
#include "contracts/profiles/profile_patched.hpp"
#include "domain/enterprise/profile.hpp"
#include "operator/commands/command_gateway.hpp"
#include "operator/intake/bulk_intake.hpp"
#include "operator/intake/sealer.hpp"
#include "stores/profiles/profile_store.hpp"

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
  ProfileIntake(stores::ProfileStore& profiles, Sealer& sealer, Now now) : profiles_(profiles), sealer_(sealer), now_(std::move(now)) {}

  std::optional<http::Problem> take(std::string_view line, std::vector<log::NewRecord>& records) override;
  void written(bool failed) override { sealer_.written(failed); }
  boost::asio::awaitable<bool> readable(const WrittenTo& written, std::chrono::milliseconds limit) override;

  /// The same for one enterprise whose code stands elsewhere: a code in the text must be the same.
  std::optional<http::Problem> take_for(const enterprise::Uscc& uscc, std::string_view text, std::vector<log::NewRecord>& records,
                                        PatchResult& result);

 private:
  const contracts::ProfileLine* read(std::string_view text, std::optional<http::Problem>& problem);
  void check(const contracts::ProfileLine& line, domain::FieldErrors& errors);
  void record(const enterprise::Uscc& uscc, const contracts::ProfileLine& line, std::vector<log::NewRecord>& records, PatchResult* result);

  stores::ProfileStore& profiles_;
  Sealer& sealer_;
  Now now_;
  contracts::ProfileLineReader reader_;
  contracts::ProfilePatched patch_;
  cel::Arena arena_;
};

}  // namespace zhida::operators
