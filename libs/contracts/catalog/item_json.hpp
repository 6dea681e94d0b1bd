#pragma once

#include "contracts/json.hpp"
#include "domain/policy/item.hpp"
#include "domain/policy/owner.hpp"

#include <string>
#include <vector>

namespace zhida::contracts {

/// The body of a PUT: what the draft says, and who owns the item (an empty bureau if the body names none). Members of an answer that the
/// server owns are ignored, unknown ones are reported.
struct ItemBody {
  policy::Owner owner;
  policy::ItemContent content;
};
ItemBody read_item_body(JsonReader& reader);

/// The member `manual`, an array of names and labels; none if it is absent.
std::vector<policy::ManualCondition> read_manual_conditions(JsonReader& reader);
void write_manual_conditions(JsonWriter& writer, const std::vector<policy::ManualCondition>& conditions);

/// Reads a version that `write` wrote.
policy::ItemVersion read_item_version(JsonReader& reader);

/// One version with everything it says: `version`, `author`, `written_at`, `rule_hash`, `published_at`, `published_by` and the content.
void write(JsonWriter& writer, const policy::ItemVersion& version);

/// The members of a content, into an object that is open.
void write_content_members(JsonWriter& writer, const policy::ItemContent& content);

/// The whole item as the API shows it: id, revision, owner, state, `version` and the content of the latest published version (else of the
/// draft), then `draft` (null or a version) and `versions` (published ones, oldest first).
void write(JsonWriter& writer, const policy::Item& item);

// A day or an instant, in JSON the one's date or the other's RFC 3339 time.
void write(JsonWriter& writer, const policy::Moment& moment);
std::optional<policy::Moment> moment_from(const Json& value);

/// Reads a member that is a moment; reports a wrong one as `date`.
std::optional<policy::Moment> read_moment(JsonReader& reader, std::string_view name, bool required);

}  // namespace zhida::contracts
