#pragma once

#include "contracts/profiles/profile_line.hpp"
#include "domain/enterprise/profile.hpp"
#include "domain/enterprise/uscc.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::contracts {

/// Something was said about an enterprise. Topic `profiles`, key uscc. Schema: schemas/events/profile_patched.v1.json
struct ProfilePatched {
  static constexpr std::string_view type = "zhida.profile.patched.v1";

  enterprise::Uscc uscc;
  Instant recorded_at{};
  std::vector<AttributeStatement> attributes;   ///< written grouped by (source, as_of), in which order they are read back
  std::optional<std::string_view> sealed_name;  ///< base64 of the name sealed under the enterprise's key
  std::vector<enterprise::Determination> determinations;

  bool empty() const { return attributes.empty() && !sealed_name && determinations.empty(); }
};

void append_json(std::string& out, const ProfilePatched& event);

/// Reads such events, one after the other, in the same buffers.
class ProfilePatchedReader {
 public:
  explicit ProfilePatchedReader(ReadingWay way = ReadingWay::quick) : way_(way) { elements_.reserve(256); }

  /// Null if `json` is not such an event: then `errors()` says where. The event lives until the next `read`, and no longer than `json`.
  const ProfilePatched* read(std::string_view json);

  const FieldErrors& errors() const { return errors_; }

 private:
  void clear();
  bool read_plain(std::string_view json);
  bool read_plain_group(PlainCursor& cursor);
  const ProfilePatched* read_thoroughly(std::string_view json);
  void read_patch(JsonReader& reader);

  ReadingWay way_;
  JsonText json_;
  SeenNames seen_;
  ProfilePatched event_;
  FieldErrors errors_;
  std::vector<std::string_view> elements_;
};

void write(JsonWriter& writer, const enterprise::Determination& determination);

/// A line of the determinations route: `{"uscc","condition","value","decided_by","as_of","valid_to","basis"}`.
struct DeterminationLine {
  enterprise::Uscc uscc;
  enterprise::Determination determination;
};
Checked<DeterminationLine> determination_line_from_json(std::string_view json, Date latest);

}  // namespace zhida::contracts
