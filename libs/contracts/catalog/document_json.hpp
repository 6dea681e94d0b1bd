#pragma once

#include "contracts/json.hpp"
#include "domain/policy/document.hpp"

namespace zhida::contracts {

/// Reads the body of a PUT; what the server owns (id, revision) may stand there, as in an answer sent back, and is ignored; unknown
/// members are reported. Without `bureau` the owner's bureau stays empty.
policy::Document read_document_body(JsonReader& reader);

/// Reads what `write` wrote.
policy::Document read_document(JsonReader& reader);

/// The whole document, as events and API answers show it. Absent texts and dates are null, so that every member is always there.
void write(JsonWriter& writer, const policy::Document& document);

// Shared by the entities.
void read_owner(JsonReader& reader, policy::Owner& owner);
void write_owner_members(JsonWriter& writer, const policy::Owner& owner);

}  // namespace zhida::contracts
