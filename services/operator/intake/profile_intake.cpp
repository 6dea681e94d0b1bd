#include "operator/intake/profile_intake.hpp"

#include <utility>

namespace zhida::operators {

void ProfileIntake::decide_profiles(ProfileChunk& chunk) {
  chunk.decided_at = now_();
  if (scope_.limited())
    std::erase_if(chunk.profiles(), [&](const ProfileChunk::Profile& profile) {
      if (scope_.covers(profile.uscc)) return false;
      chunk.lines[profile.line].problem = std::make_unique<http::Problem>(http::problems::not_found());
      return true;
    });
  for (ProfileChunk::Profile& profile : chunk.profiles()) {
    profile.partition = profiles_.partition_of(profile.uscc);
    profile.known = profiles_.version(profile.uscc) != 0;
    if (profile.known) profile.merges = profiles_.preview(profile.uscc, chunk.statements(profile));
    if (profile.name) profile.sealing = sealer_.prepare(profile.uscc);
  }
}

std::optional<http::Problem> ProfileIntake::take_for(const enterprise::Uscc& uscc, std::string_view text,
                                                     std::vector<log::NewRecord>& records, PatchResult& result) {
  ProfileChunk chunk(tools_, domain::date_of(now_()), uscc);
  const LineChunk::Line& line = chunk.add(1, text);
  chunk.read();
  if (line.problem) return std::move(*line.problem);
  decide_profiles(chunk);
  chunk.write();
  records = std::move(chunk.records);

  const ProfileChunk::Profile& profile = chunk.profiles().front();
  const auto statements = chunk.statements(profile);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const enterprise::Merge merge = profile.merges.empty() ? enterprise::Merge::applied : profile.merges[i];
    if (merge == enterprise::Merge::applied) result.applied.push_back(statements[i].attribute->name);
    if (merge == enterprise::Merge::older_as_of) result.kept.push_back(statements[i].attribute->name);
  }
  return std::nullopt;
}

boost::asio::awaitable<bool> ProfileIntake::readable(const WrittenTo& written, std::chrono::milliseconds limit) {
  for (const auto& [place, offset] : written) {
    const bool passed = co_await profiles_.progress().wait_until(place.first, place.second, offset, limit);
    if (!passed) co_return false;
  }
  sealer_.forget_stored();
  co_return true;
}

}  // namespace zhida::operators
