#pragma once

#include "cel/arena.hpp"
#include "contracts/profiles/profile_line.hpp"
#include "contracts/profiles/profile_patched.hpp"
#include "domain/enterprise/profile.hpp"
#include "operator/intake/line_handler.hpp"
#include "operator/intake/sealer.hpp"
#include "stores/profiles/profile_store.hpp"
#include "stores/profiles/statement_reader.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::operators {

/// What the chunks of one upload share, each step by itself.
struct ProfileTools {
  ProfileTools(std::shared_ptr<const matching::Dictionary> attributes, NameSealer names)
      : dictionary(std::move(attributes)), statements(*dictionary), sealer(std::move(names)) {}

  std::shared_ptr<const matching::Dictionary> dictionary;
  // Of the first step.
  contracts::ProfileLineReader reader;
  stores::StatementReader statements;
  // Of the last.
  NameSealer sealer;
  contracts::ProfilePatched patch;
  std::string text;
};

/// Lines about enterprises: read and checked against the attribute dictionary in the first step, turned into patches in the last.
class ProfileChunk final : public LineChunk {
 public:
  /// A line without mistakes. What decides it is filled in between the steps.
  struct Profile {
    std::size_t line = 0;
    enterprise::Uscc uscc;
    std::optional<std::string_view> name;
    std::size_t first = 0, count = 0;  // of the statements

    std::int32_t partition = 0;
    bool known = false;                     ///< it was heard of before
    std::vector<enterprise::Merge> merges;  ///< by statement; empty = all are applied
    NameSealing sealing;                    ///< for the name, if there is one
  };

  /// `latest`: as_of dates behind it are refused. `whose`: whose lines they are if they need not say it themselves.
  ProfileChunk(std::shared_ptr<ProfileTools> tools, domain::Date latest, std::optional<enterprise::Uscc> whose = std::nullopt)
      : tools_(std::move(tools)), latest_(latest), whose_(whose) {}

  void read() override;
  void write() override;
  void clear() override;

  std::vector<Profile>& profiles() { return profiles_; }
  std::span<const stores::CheckedStatement> statements(const Profile& profile) const {
    return std::span(checked_).subspan(profile.first, profile.count);
  }

  domain::Instant decided_at{};

 private:
  void read_line(std::size_t number);
  void keep_statement(std::string_view text, const contracts::AttributeStatement& statement, domain::FieldErrors& errors);
  std::string_view kept(std::string_view text, std::string_view part);
  void write_profile(const Profile& profile);

  std::shared_ptr<ProfileTools> tools_;
  domain::Date latest_;
  std::optional<enterprise::Uscc> whose_;
  std::vector<Profile> profiles_;
  std::vector<contracts::AttributeStatement> stated_;  // as they came
  std::vector<stores::CheckedStatement> checked_;      // the same, place by place
  cel::Arena arena_{std::size_t{64} << 20U};
};

}  // namespace zhida::operators
